using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="ClipStepSpec"/>.</summary>
internal sealed class ClipStep<TElement, TStored, TMath>(OrtTensor input, OrtTensor output, double? minimum, double? maximum) : PlanStep
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, INumber<TMath>, IMinMaxValue<TMath>
{
    private readonly (bool IsSet, TMath Value) _minimum = (minimum is not null, TMath.CreateSaturating(minimum ?? 0));
    private readonly (bool IsSet, TMath Value) _maximum = (maximum is not null, TMath.CreateSaturating(maximum ?? 0));

    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TStored> from = input.AsSpan<TStored>();
        var to = output.AsSpan<TStored>();
        for (var i = 0; i < to.Length; i++)
        {
            // Both comparisons are false for NaN, which so stays what it is.
            var x = TElement.Load(from[i]);
            to[i] = _minimum.IsSet && x < _minimum.Value ? TElement.Store(_minimum.Value) : _maximum.IsSet && x > _maximum.Value ? TElement.Store(_maximum.Value) : from[i];
        }
    }
}

/// <summary>Makes the kernel for the type of the input.</summary>
internal static class ClipStep
{
    internal static void Compile(ClipStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        plan.Add(ElementDispatch.Number(input.ElementType, new Kernel(input, plan.Tensor(step.Output), step.Minimum, step.Maximum)));
    }

    private readonly struct Kernel(OrtTensor input, OrtTensor output, double? minimum, double? maximum) : INumberKernel
    {
        public PlanStep Make<TElement, TStored, TMath>()
            where TElement : struct, IElement<TStored, TMath>
            where TStored : unmanaged
            where TMath : unmanaged, INumber<TMath>, IMinMaxValue<TMath> => new ClipStep<TElement, TStored, TMath>(input, output, minimum, maximum);
    }
}
