using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="NormaliseStepSpec"/> with numbers from training.</summary>
internal sealed class GivenNormaliseStep<TElement, TStored, TMath>(OrtTensor input, OrtTensor output, AxisExtent extent, double[] means, double[] deviations) : PlanStep
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, IFloatingPointIeee754<TMath>
{
    private readonly TMath[] _means = Array.ConvertAll(means, TMath.CreateTruncating);
    private readonly TMath[] _deviations = Array.ConvertAll(deviations, TMath.CreateTruncating);

    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TStored> from = input.AsSpan<TStored>();
        var to = output.AsSpan<TStored>();
        var i = 0;
        for (var outer = 0; outer < extent.Outer; outer++)
        {
            for (var entry = 0; entry < extent.Size; entry++)
            {
                var (mean, deviation) = (_means[entry], _deviations[entry]);
                for (var end = i + extent.Inner; i < end; i++)
                {
                    to[i] = TElement.Store((TElement.Load(from[i]) - mean) / deviation);
                }
            }
        }
    }
}
