using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="ThresholdStepSpec"/>.</summary>
internal sealed class ThresholdStep<TElement, TStored, TMath>(OrtTensor input, OrtTensor output, AxisExtent extent, double[] limits) : PlanStep
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, INumber<TMath>, IMinMaxValue<TMath>
{
    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TStored> from = input.AsSpan<TStored>();
        var to = output.AsSpan<bool>();
        var i = 0;
        for (var outer = 0; outer < extent.Outer; outer++)
        {
            foreach (var limit in limits)
            {
                for (var end = i + extent.Inner; i < end; i++)
                {
                    // As doubles, so that 2.5 is a limit for integers too.
                    to[i] = double.CreateTruncating(TElement.Load(from[i])) >= limit;
                }
            }
        }
    }
}

/// <summary>Makes the kernel for the type of the input.</summary>
internal static class ThresholdStep
{
    internal static void Compile(ThresholdStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        var extent = step.Limit.Count == 1 ? new AxisExtent(1, 1, input.ElementCount) : AxisExtent.Of(input.Shape, step.Axis);
        plan.Add(ElementDispatch.Number(input.ElementType, new Kernel(input, plan.Tensor(step.Output), extent, [.. step.Limit])));
    }

    private readonly struct Kernel(OrtTensor input, OrtTensor output, AxisExtent extent, double[] limits) : INumberKernel
    {
        public PlanStep Make<TElement, TStored, TMath>()
            where TElement : struct, IElement<TStored, TMath>
            where TStored : unmanaged
            where TMath : unmanaged, INumber<TMath>, IMinMaxValue<TMath> => new ThresholdStep<TElement, TStored, TMath>(input, output, extent, limits);
    }
}
