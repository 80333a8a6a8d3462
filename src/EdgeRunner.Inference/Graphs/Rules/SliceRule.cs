using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Ranges as ONNX's <c>Slice</c> defines them; an empty result is a mistake here.</summary>
internal static class SliceRule
{
    internal static void Check(SliceStepSpec step, StepCheck check)
    {
        if (!check.TryRead(step.Input, ElementSets.Fixed, out var input) || !CheckLists(step, input, check))
        {
            return;
        }
        var (region, shape) = Resolve(step, input.Shape!);
        var empty = Array.FindIndex(shape, size => size == 0);
        if (empty >= 0)
        {
            var i = IndexOf(step, empty, shape.Length);
            check.Error(step.Output, $"a range with at least one entry of axis {empty}, which has {input.Shape![empty]}", $"{step.Starts[i]} to {step.Ends[i]} in steps of {step.Steps?[i] ?? 1}");
            return;
        }
        check.Make(step.Output, input.Type, shape);
        if (region.IsContiguous)
        {
            check.Share(step.Output, step.Input, region.FirstElement);
        }
    }

    /// <summary>What a slice that fits reads, and the shape of its result.</summary>
    internal static (StridedRegion Region, long[] Shape) Resolve(SliceStepSpec step, IReadOnlyList<long> input)
    {
        long[] shape = [.. input];
        var strides = StridedRegion.RowMajor(input);
        var first = 0L;
        for (var i = 0; i < step.Starts.Count; i++)
        {
            var axis = Axis(step, i, input.Count);
            var (size, by) = (input[axis], step.Steps?[i] ?? 1);
            var (start, end) = (FromEnd(step.Starts[i], size), FromEnd(step.Ends[i], size));
            (start, end) = by > 0 ? (Math.Clamp(start, 0, size), Math.Clamp(end, 0, size)) : (Math.Clamp(start, 0, size - 1), Math.Clamp(end, -1, size - 1));
            // Rounded up; Int128, as the step may be any number.
            shape[axis] = (long)Int128.Max(0, ((Int128)end - start + by - Math.Sign(by)) / by);
            first += start * strides[axis];
            strides[axis] = shape[axis] > 1 ? strides[axis] * by : 0;
        }
        return (shape.Contains(0) ? new StridedRegion(0, [], []) : StridedRegion.Of(first, shape, strides), shape);
    }

    private static bool CheckLists(SliceStepSpec step, GraphTensor input, StepCheck check)
    {
        var count = step.Starts.Count;
        if (count == 0 || step.Ends.Count != count || (step.Axes is { } axes && axes.Count != count) || (step.Steps is { } steps && steps.Count != count))
        {
            check.Error(null, "as many \"starts\" as \"ends\" (and \"axes\" and \"steps\", where given), at least one",
                $"{count} starts, {step.Ends.Count} ends{(step.Axes is null ? "" : $", {step.Axes.Count} axes")}{(step.Steps is null ? "" : $", {step.Steps.Count} steps")}");
            return false;
        }
        var seen = new HashSet<int>();
        for (var i = 0; i < count; i++)
        {
            if (!check.TryAxis(input, step.Axes?[i] ?? i, out var axis, "axes"))
            {
                return false;
            }
            if (!seen.Add(axis))
            {
                check.Error(input.Name, "each axis once", $"axis {axis} twice");
                return false;
            }
        }
        if (step.Steps?.Contains(0) == true)
        {
            check.Error(null, "\"steps\" other than 0", "0");
            return false;
        }
        return true;
    }

    private static int Axis(SliceStepSpec step, int i, int rank) => (step.Axes?[i] ?? i) is var axis && axis < 0 ? axis + rank : axis;

    private static int IndexOf(SliceStepSpec step, int axis, int rank) => Enumerable.Range(0, step.Starts.Count).First(i => Axis(step, i, rank) == axis);

    /// <summary>A negative position counts from the end. Saturates: a manifest may say "as far back as there is" with the smallest number.</summary>
    private static long FromEnd(long position, long size) => position < 0 ? position + size : position;
}
