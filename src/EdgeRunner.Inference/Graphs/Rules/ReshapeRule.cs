using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Tensors;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>As many elements as before.</summary>
internal static class ReshapeRule
{
    internal static void Check(ReshapeStepSpec step, StepCheck check)
    {
        if (!check.TryRead(step.Input, ElementSets.Fixed, out var input))
        {
            return;
        }
        var given = ElementSizes.Describe([.. step.Shape]);
        if (step.Shape.Any(size => size < -1) || step.Shape.Count(size => size == -1) > 1)
        {
            check.Error(step.Output, "a \"shape\" of dimensions from 1, at most one -1 (what is left) and 0 (as the input)", $"[{string.Join(", ", step.Shape)}]");
            return;
        }
        if (step.Shape.Select((size, i) => (size, i)).Any(pair => pair.size == 0 && pair.i >= input.Shape!.Count))
        {
            check.Error(step.Output, $"0 in \"shape\" only where {input} has a dimension", given);
            return;
        }
        long[] shape = [.. step.Shape.Select((size, i) => size == 0 ? input.Shape![i] : size)];
        var (count, known) = (Count(input.Shape!), Count(shape.Where(size => size > 0)));
        var open = Array.IndexOf(shape, -1);
        if (open >= 0 ? known == 0 || count % known != 0 : known != count)
        {
            check.Error(step.Output, open >= 0 ? $"the {count} elements of {input} to be divisible by {known}" : $"{count} elements, as {input}", $"shape {given}{(open >= 0 ? "" : $" with {known}")}");
            return;
        }
        if (open >= 0)
        {
            shape[open] = (long)(count / known);
        }
        check.Make(step.Output, input.Type, shape);
        check.Share(step.Output, step.Input, 0);
    }

    private static Int128 Count(IEnumerable<long> shape) => shape.Aggregate((Int128)1, (count, size) => Int128.Min(count, long.MaxValue) * size);
}
