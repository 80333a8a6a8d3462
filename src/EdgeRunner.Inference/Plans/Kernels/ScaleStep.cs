using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="ScaleStepSpec"/>.</summary>
internal sealed class ScaleStep<TElement, TStored, TMath>(OrtTensor input, OrtTensor output, AxisExtent extent, double[] factors, double[] offsets) : PlanStep
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, IFloatingPointIeee754<TMath>
{
    private readonly TMath[] _factors = Array.ConvertAll(factors, TMath.CreateTruncating);
    private readonly TMath[] _offsets = Array.ConvertAll(offsets, TMath.CreateTruncating);

    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TStored> from = input.AsSpan<TStored>();
        var to = output.AsSpan<TStored>();
        var i = 0;
        for (var outer = 0; outer < extent.Outer; outer++)
        {
            for (var entry = 0; entry < extent.Size; entry++)
            {
                var (factor, offset) = (_factors[entry], _offsets[entry]);
                for (var end = i + extent.Inner; i < end; i++)
                {
                    to[i] = TElement.Store((TElement.Load(from[i]) * factor) + offset);
                }
            }
        }
    }
}

/// <summary>Makes the kernel for the type of the input.</summary>
internal static class ScaleStep
{
    internal static void Compile(ScaleStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        // One number each: every element is a line of its own, and the tensor one long entry.
        var isUniform = (step.Factor?.Count ?? 1) == 1 && (step.Offset?.Count ?? 1) == 1;
        var extent = isUniform ? new AxisExtent(1, 1, input.ElementCount) : AxisExtent.Of(input.Shape, step.Axis);
        plan.Add(ElementDispatch.Float(input.ElementType, new Kernel(
            input, plan.Tensor(step.Output), extent, Parameters.Spread(step.Factor, extent.Size, 1), Parameters.Spread(step.Offset, extent.Size, 0))));
    }

    private readonly struct Kernel(OrtTensor input, OrtTensor output, AxisExtent extent, double[] factors, double[] offsets) : IFloatKernel
    {
        public PlanStep Make<TElement, TStored, TMath>()
            where TElement : struct, IElement<TStored, TMath>
            where TStored : unmanaged
            where TMath : unmanaged, IFloatingPointIeee754<TMath> => new ScaleStep<TElement, TStored, TMath>(input, output, extent, factors, offsets);
    }
}
