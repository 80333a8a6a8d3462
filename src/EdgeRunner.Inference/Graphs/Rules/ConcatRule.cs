using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Shapes that differ along one axis only.</summary>
internal static class ConcatRule
{
    internal static void Check(ConcatStepSpec step, StepCheck check)
    {
        if (step.Inputs.Count == 0)
        {
            check.Error(null, "at least one input", "none");
            return;
        }
        if (!check.TryRead(step.Inputs[0], ElementSets.Fixed, out var first) || !check.TryAxis(first, step.Axis, out var axis))
        {
            return;
        }
        long[] shape = [.. first.Shape!];
        foreach (var tensor in step.Inputs.Skip(1).Select(check.Read))
        {
            if (tensor.Type != first.Type || !Fits(first.Shape!, tensor.Shape!, axis))
            {
                check.Error(tensor.Name, $"{GraphTensor.Describe(first.Type, [.. first.Shape!.Select((size, i) => i == axis ? -1 : size)])}, to join \"{first.Name}\" along axis {axis}", tensor.ToString());
                return;
            }
            shape[axis] += tensor.Shape![axis];
        }
        check.Make(step.Output, first.Type, shape);
        // Along the first dimension that is not 1, each input is one run of memory in the result.
        if (shape.Take(axis).All(size => size == 1))
        {
            Share(step, check);
        }
    }

    private static void Share(ConcatStepSpec step, StepCheck check)
    {
        var next = 0L;
        foreach (var tensor in step.Inputs.Select(check.Read))
        {
            check.Share(tensor.Name, step.Output, next);
            next += tensor.Shape!.Aggregate(1L, (count, size) => count * size);
        }
    }

    private static bool Fits(IReadOnlyList<long> left, IReadOnlyList<long> right, int axis) =>
        left.Count == right.Count && left.Zip(right).Select((pair, i) => i == axis || pair.First == pair.Second).All(equal => equal);
}
