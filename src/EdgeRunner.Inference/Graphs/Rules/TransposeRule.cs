using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Each dimension once.</summary>
internal static class TransposeRule
{
    internal static void Check(TransposeStepSpec step, StepCheck check)
    {
        if (!check.TryRead(step.Input, ElementSets.Fixed, out var input))
        {
            return;
        }
        var rank = input.Shape!.Count;
        if (step.Permutation is { } given && !given.Order().SequenceEqual(Enumerable.Range(0, rank)))
        {
            check.Error(input.Name, rank == 0 ? "an empty \"permutation\", or none" : $"each of 0 to {rank - 1} once in \"permutation\"", $"[{string.Join(", ", given)}] with {input}");
            return;
        }
        var (region, shape) = Resolve(step, input.Shape);
        check.Make(step.Output, input.Type, shape);
        if (region.IsContiguous)
        {
            check.Share(step.Output, step.Input, 0);
        }
    }

    /// <summary>What a transposition that fits reads, and the shape of its result.</summary>
    internal static (StridedRegion Region, long[] Shape) Resolve(TransposeStepSpec step, IReadOnlyList<long> input)
    {
        var strides = StridedRegion.RowMajor(input);
        int[] order = [.. step.Permutation ?? Enumerable.Range(0, input.Count).Reverse()];
        var shape = Array.ConvertAll(order, dimension => input[dimension]);
        return (StridedRegion.Of(0, shape, Array.ConvertAll(order, dimension => strides[dimension])), shape);
    }
}
