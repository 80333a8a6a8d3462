using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="TopKStepSpec"/>: a heap of the best so far with the worst of them on top, emptied from the back.</summary>
internal sealed class TopKStep<TElement, TStored, TMath>(OrtTensor input, OrtTensor? values, OrtTensor? indices, AxisExtent extent, int k, bool largest) : PlanStep
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, INumber<TMath>, IMinMaxValue<TMath>
{
    private readonly int[] _heap = new int[k];

    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TStored> from = input.AsSpan<TStored>();
        for (var outer = 0; outer < extent.Outer; outer++)
        {
            for (var inner = 0; inner < extent.Inner; inner++)
            {
                var line = from[((outer * extent.Size * extent.Inner) + inner)..];
                Find(line);
                Write(line, (outer * k * extent.Inner) + inner);
            }
        }
    }

    /// <summary>Leaves the best entries in the heap's array, best first.</summary>
    private void Find(ReadOnlySpan<TStored> line)
    {
        for (var i = 0; i < k; i++)
        {
            _heap[i] = i;
        }
        for (var i = (k / 2) - 1; i >= 0; i--)
        {
            SiftDown(line, i, k);
        }
        for (var i = k; i < extent.Size; i++)
        {
            if (IsBetter(line, i, _heap[0]))
            {
                _heap[0] = i;
                SiftDown(line, 0, k);
            }
        }
        for (var count = k - 1; count > 0; count--)
        {
            (_heap[0], _heap[count]) = (_heap[count], _heap[0]);
            SiftDown(line, 0, count);
        }
    }

    private void SiftDown(ReadOnlySpan<TStored> line, int at, int count)
    {
        while ((2 * at) + 1 < count)
        {
            var child = (2 * at) + 1;
            if (child + 1 < count && IsBetter(line, _heap[child], _heap[child + 1]))
            {
                child++;
            }
            if (!IsBetter(line, _heap[at], _heap[child]))
            {
                return;
            }
            (_heap[at], _heap[child]) = (_heap[child], _heap[at]);
            at = child;
        }
    }

    private bool IsBetter(ReadOnlySpan<TStored> line, int left, int right)
    {
        var (a, b) = (TElement.Load(line[left * extent.Inner]), TElement.Load(line[right * extent.Inner]));
        if (a == b || (TMath.IsNaN(a) && TMath.IsNaN(b)))
        {
            return left < right;
        }
        return TMath.IsNaN(b) || (largest ? a > b : a < b);
    }

    private void Write(ReadOnlySpan<TStored> line, int first)
    {
        for (var i = 0; values is not null && i < k; i++)
        {
            values.AsSpan<TStored>()[first + (i * extent.Inner)] = line[_heap[i] * extent.Inner];
        }
        for (var i = 0; indices is not null && i < k; i++)
        {
            indices.AsSpan<long>()[first + (i * extent.Inner)] = _heap[i];
        }
    }
}

/// <summary>Makes the kernel for the type of the input.</summary>
internal static class TopKStep
{
    internal static void Compile(TopKStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        var (values, indices) = (step.Values is null ? null : plan.Tensor(step.Values), step.Indices is null ? null : plan.Tensor(step.Indices));
        plan.Add(ElementDispatch.Number(input.ElementType, new Kernel(input, values, indices, AxisExtent.Of(input.Shape, step.Axis), (int)step.K, step.Largest)));
    }

    private readonly struct Kernel(OrtTensor input, OrtTensor? values, OrtTensor? indices, AxisExtent extent, int k, bool largest) : INumberKernel
    {
        public PlanStep Make<TElement, TStored, TMath>()
            where TElement : struct, IElement<TStored, TMath>
            where TStored : unmanaged
            where TMath : unmanaged, INumber<TMath>, IMinMaxValue<TMath> => new TopKStep<TElement, TStored, TMath>(input, values, indices, extent, k, largest);
    }
}
