using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="NormaliseStepSpec"/>.</summary>
internal sealed class NormaliseStep<TElement, TStored, TMath>(OrtTensor input, OrtTensor output, AxisExtent extent, NormaliseMethod method) : PlanStep
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, IFloatingPointIeee754<TMath>
{
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

    // In float64: a sum over a long line in the type of the elements would lose digits.
    private void RunLine(ReadOnlySpan<TStored> from, Span<TStored> to)
    {
        var (centre, spread) = Measure(from);
        var divisor = spread == 0 ? 1 : spread;
        for (var i = 0; i < extent.Size; i++)
        {
            to[i * extent.Inner] = TElement.Store(TMath.CreateTruncating((At(from, i) - centre) / divisor));
        }
    }

    private (double Centre, double Spread) Measure(ReadOnlySpan<TStored> line)
    {
        var (sum, magnitudes, squares, smallest, largest) = (0.0, 0.0, 0.0, double.PositiveInfinity, double.NegativeInfinity);
        for (var i = 0; i < extent.Size; i++)
        {
            var x = At(line, i);
            (sum, magnitudes, squares) = (sum + x, magnitudes + Math.Abs(x), squares + (x * x));
            (smallest, largest) = (Math.Min(smallest, x), Math.Max(largest, x));
        }
        return method switch
        {
            // A line of equal entries has no spread, whatever rounding makes of the sum of their squares.
            NormaliseMethod.ZScore => (sum / extent.Size, smallest == largest ? 0 : Deviation(line, sum / extent.Size)),
            NormaliseMethod.MinMax => (smallest, largest - smallest),
            NormaliseMethod.SumOfMagnitudes => (0, magnitudes),
            NormaliseMethod.Length => (0, Math.Sqrt(squares)),
            _ => (0, Math.Max(largest, -smallest)),
        };
    }

    private double Deviation(ReadOnlySpan<TStored> line, double mean)
    {
        var squares = 0.0;
        for (var i = 0; i < extent.Size; i++)
        {
            squares += (At(line, i) - mean) * (At(line, i) - mean);
        }
        return Math.Sqrt(squares / extent.Size);
    }

    private double At(ReadOnlySpan<TStored> line, int i) => double.CreateTruncating(TElement.Load(line[i * extent.Inner]));
}

/// <summary>Makes the kernel for the type of the input.</summary>
internal static class NormaliseStep
{
    internal static void Compile(NormaliseStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        var output = plan.Tensor(step.Output);
        if (string.Equals(step.Method, NormaliseStepSpec.Given, StringComparison.Ordinal))
        {
            AddGiven(step, plan);
            return;
        }
        plan.Add(ElementDispatch.Float(input.ElementType, new Kernel(input, output, AxisExtent.Of(input.Shape, step.Axis), step.Method switch
        {
            "z-score" => NormaliseMethod.ZScore,
            "min-max" => NormaliseMethod.MinMax,
            "l1" => NormaliseMethod.SumOfMagnitudes,
            "l2" => NormaliseMethod.Length,
            _ => NormaliseMethod.LargestMagnitude,
        })));
    }

    private static void AddGiven(NormaliseStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        var isUniform = (step.Mean?.Count ?? 1) == 1 && (step.Deviation?.Count ?? 1) == 1;
        var extent = isUniform ? new AxisExtent(1, 1, input.ElementCount) : AxisExtent.Of(input.Shape, step.Axis);
        plan.Add(ElementDispatch.Float(input.ElementType, new GivenKernel(
            input, plan.Tensor(step.Output), extent, Parameters.Spread(step.Mean, extent.Size, 0), Parameters.Spread(step.Deviation, extent.Size, 1))));
    }

    private readonly struct GivenKernel(OrtTensor input, OrtTensor output, AxisExtent extent, double[] means, double[] deviations) : IFloatKernel
    {
        public PlanStep Make<TElement, TStored, TMath>()
            where TElement : struct, IElement<TStored, TMath>
            where TStored : unmanaged
            where TMath : unmanaged, IFloatingPointIeee754<TMath> => new GivenNormaliseStep<TElement, TStored, TMath>(input, output, extent, means, deviations);
    }

    private readonly struct Kernel(OrtTensor input, OrtTensor output, AxisExtent extent, NormaliseMethod method) : IFloatKernel
    {
        public PlanStep Make<TElement, TStored, TMath>()
            where TElement : struct, IElement<TStored, TMath>
            where TStored : unmanaged
            where TMath : unmanaged, IFloatingPointIeee754<TMath> => new NormaliseStep<TElement, TStored, TMath>(input, output, extent, method);
    }
}
