using System.Runtime.InteropServices;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Graphs.Rules;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>Copies a <see cref="StridedRegion"/> of one tensor into all of another: the innermost dimension in a loop, the others as an odometer.</summary>
internal sealed class StridedCopyStep<TWord>(OrtTensor input, OrtTensor output, StridedRegion region) : PlanStep where TWord : unmanaged
{
    private readonly int _run = region.Sizes is [.., var last] ? last : 1;
    private readonly int _stride = region.Strides is [.., var last] ? last : 1;
    private readonly int[] _sizes = region.Sizes is [.. var outer, _] ? outer : [];
    private readonly int[] _strides = region.Strides is [.. var outer, _] ? outer : [];
    private readonly int[] _position = new int[Math.Max(0, region.Sizes.Length - 1)];

    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TWord> from = MemoryMarshal.Cast<byte, TWord>(input.Bytes);
        var to = MemoryMarshal.Cast<byte, TWord>(output.Bytes);
        var first = region.FirstElement;
        _position.AsSpan().Clear();
        for (; to.Length > 0; to = to[_run..])
        {
            var source = first;
            for (var i = 0; i < _run; i++, source += _stride)
            {
                to[i] = from[source];
            }
            first = Advance(first);
        }
    }

    private int Advance(int first)
    {
        for (var i = _position.Length - 1; i >= 0; i--)
        {
            first += _strides[i];
            if (++_position[i] < _sizes[i])
            {
                return first;
            }
            first -= _strides[i] * _sizes[i];
            _position[i] = 0;
        }
        return first;
    }
}

/// <summary>The kernel of slices and transpositions.</summary>
internal static class StridedCopyStep
{
    internal static void CompileSlice(SliceStepSpec step, PlanBuilder plan) => Compile(step, SliceRule.Resolve(step, plan.Tensor(step.Input).Shape.ToArray()).Region, plan);

    internal static void CompileTranspose(TransposeStepSpec step, PlanBuilder plan) => Compile(step, TransposeRule.Resolve(step, plan.Tensor(step.Input).Shape.ToArray()).Region, plan);

    private static void Compile(UnaryStepSpec step, StridedRegion region, PlanBuilder plan)
    {
        if (!region.IsContiguous || !plan.IsShared(step.Output, step.Input, region.FirstElement))
        {
            var input = plan.Tensor(step.Input);
            plan.Add(ElementDispatch.Word(input.ElementType, new Kernel(input, plan.Tensor(step.Output), region)));
        }
    }

    private readonly struct Kernel(OrtTensor input, OrtTensor output, StridedRegion region) : IWordKernel
    {
        public PlanStep Make<TWord>() where TWord : unmanaged => new StridedCopyStep<TWord>(input, output, region);
    }
}
