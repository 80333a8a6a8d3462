using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="SigmoidStepSpec"/>.</summary>
internal sealed class SigmoidStep<TElement, TStored, TMath>(OrtTensor input, OrtTensor output) : PlanStep
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, IFloatingPointIeee754<TMath>
{
    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TStored> from = input.AsSpan<TStored>();
        var to = output.AsSpan<TStored>();
        for (var i = 0; i < to.Length; i++)
        {
            // e^-|x| cannot overflow; for negative x the same value is e / (1 + e).
            var x = TElement.Load(from[i]);
            var e = TMath.Exp(-TMath.Abs(x));
            to[i] = TElement.Store((TMath.IsNegative(x) ? e : TMath.One) / (TMath.One + e));
        }
    }
}

/// <summary>Makes the kernel for the type of the input.</summary>
internal static class SigmoidStep
{
    internal static void Compile(SigmoidStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        plan.Add(ElementDispatch.Float(input.ElementType, new Kernel(input, plan.Tensor(step.Output))));
    }

    private readonly struct Kernel(OrtTensor input, OrtTensor output) : IFloatKernel
    {
        public PlanStep Make<TElement, TStored, TMath>()
            where TElement : struct, IElement<TStored, TMath>
            where TStored : unmanaged
            where TMath : unmanaged, IFloatingPointIeee754<TMath> => new SigmoidStep<TElement, TStored, TMath>(input, output);
    }
}
