using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="ArgmaxStepSpec"/>.</summary>
internal sealed class ArgmaxStep<TElement, TStored, TMath>(OrtTensor input, OrtTensor output, AxisExtent extent) : PlanStep
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, INumber<TMath>, IMinMaxValue<TMath>
{
    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TStored> from = input.AsSpan<TStored>();
        var to = output.AsSpan<long>();
        for (var outer = 0; outer < extent.Outer; outer++)
        {
            for (var inner = 0; inner < extent.Inner; inner++)
            {
                to[(outer * extent.Inner) + inner] = Find(from[((outer * extent.Size * extent.Inner) + inner)..]);
            }
        }
    }

    private int Find(ReadOnlySpan<TStored> line)
    {
        var (best, at) = (TElement.Load(line[0]), 0);
        for (var i = 1; i < extent.Size; i++)
        {
            var x = TElement.Load(line[i * extent.Inner]);
            if (x > best || (TMath.IsNaN(best) && !TMath.IsNaN(x)))
            {
                (best, at) = (x, i);
            }
        }
        return at;
    }
}

/// <summary>Makes the kernel for the type of the input.</summary>
internal static class ArgmaxStep
{
    internal static void Compile(ArgmaxStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        plan.Add(ElementDispatch.Number(input.ElementType, new Kernel(input, plan.Tensor(step.Output), AxisExtent.Of(input.Shape, step.Axis))));
    }

    private readonly struct Kernel(OrtTensor input, OrtTensor output, AxisExtent extent) : INumberKernel
    {
        public PlanStep Make<TElement, TStored, TMath>()
            where TElement : struct, IElement<TStored, TMath>
            where TStored : unmanaged
            where TMath : unmanaged, INumber<TMath>, IMinMaxValue<TMath> => new ArgmaxStep<TElement, TStored, TMath>(input, output, extent);
    }
}
