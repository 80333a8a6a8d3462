using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Indices inside the axis.</summary>
internal static class SelectRule
{
    internal static void Check(SelectStepSpec step, StepCheck check)
    {
        if (!check.TryRead(step.Input, ElementSets.Fixed, out var input) || !check.TryAxis(input, step.Axis, out var axis))
        {
            return;
        }
        var size = input.Shape![axis];
        if (step.Indices.Count == 0)
        {
            check.Error(step.Output, "at least one entry in \"indices\"", "none");
            return;
        }
        if (step.Indices.Any(index => index < -size || index >= size))
        {
            check.Error(input.Name, $"\"indices\" from {-size} to {size - 1} along axis {axis}", $"{step.Indices.First(index => index < -size || index >= size)} with {input}");
            return;
        }
        long[] shape = [.. input.Shape];
        shape[axis] = step.Indices.Count;
        check.Make(step.Output, input.Type, shape);
        var indices = Resolve(step, size);
        if (indices.Zip(indices.Skip(1)).All(pair => pair.Second == pair.First + 1))
        {
            var extent = AxisExtent.Of([.. input.Shape], axis);
            if (extent.Outer == 1)
            {
                check.Share(step.Output, step.Input, (long)indices[0] * extent.Inner);
            }
        }
    }

    /// <summary>The indices, all counted from the start.</summary>
    internal static int[] Resolve(SelectStepSpec step, long size) => [.. step.Indices.Select(index => (int)(index < 0 ? index + size : index))];
}
