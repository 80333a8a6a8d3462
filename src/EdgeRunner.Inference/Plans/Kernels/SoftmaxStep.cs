using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="SoftmaxStepSpec"/>.</summary>
internal sealed class SoftmaxStep<TElement, TStored, TMath>(OrtTensor input, OrtTensor output, AxisExtent extent) : PlanStep
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, IFloatingPointIeee754<TMath>
{
    /// <summary>The line in the type of the calculation, so that 16-bit types are rounded once.</summary>
    private readonly TMath[] _line = new TMath[extent.Size];

    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TStored> from = input.AsSpan<TStored>();
        var to = output.AsSpan<TStored>();
        for (var outer = 0; outer < extent.Outer; outer++)
        {
            for (var inner = 0; inner < extent.Inner; inner++)
            {
                var first = (outer * extent.Size * extent.Inner) + inner;
                RunLine(from[first..], to[first..]);
            }
        }
    }

    private void RunLine(ReadOnlySpan<TStored> from, Span<TStored> to)
    {
        var largest = TMath.NegativeInfinity;
        for (var i = 0; i < _line.Length; i++)
        {
            largest = TMath.Max(largest, _line[i] = TElement.Load(from[i * extent.Inner]));
        }
        var sum = TMath.Zero;
        for (var i = 0; i < _line.Length; i++)
        {
            sum += _line[i] = TMath.Exp(_line[i] - largest);
        }
        for (var i = 0; i < _line.Length; i++)
        {
            to[i * extent.Inner] = TElement.Store(_line[i] / sum);
        }
    }
}

/// <summary>Makes the kernel for the type of the input.</summary>
internal static class SoftmaxStep
{
    internal static void Compile(SoftmaxStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        plan.Add(ElementDispatch.Float(input.ElementType, new Kernel(input, plan.Tensor(step.Output), AxisExtent.Of(input.Shape, step.Axis))));
    }

    private readonly struct Kernel(OrtTensor input, OrtTensor output, AxisExtent extent) : IFloatKernel
    {
        public PlanStep Make<TElement, TStored, TMath>()
            where TElement : struct, IElement<TStored, TMath>
            where TStored : unmanaged
            where TMath : unmanaged, IFloatingPointIeee754<TMath> => new SoftmaxStep<TElement, TStored, TMath>(input, output, extent);
    }
}
