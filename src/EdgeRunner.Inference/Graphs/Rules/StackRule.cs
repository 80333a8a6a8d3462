using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Columns of members, and of features, behind each other; then the meta-model as an <c>onnx</c> step of its own.</summary>
internal static class StackRule
{
    internal static void Check(StackStepSpec step, StepCheck check)
    {
        if (!MemberRule.CheckNames(step, check) || !check.TryRead(step.Inputs[0], ElementSets.Floats, out var first) || !CheckAlike(step, first, check))
        {
            return;
        }
        IReadOnlyList<long> rows = [.. first.Shape!.SkipLast(1)];
        var columns = step.Reads.Sum(name => check.Read(name).Shape![^1] - step.Skipped(name));
        check.Make(step.Row, first.Type, [.. rows, columns]);
        if (!step.DropFirst && rows.All(size => size == 1))
        {
            Share(step, check);
        }
        check.CheckInner(step.Meta);
    }

    private static bool CheckAlike(StackStepSpec step, GraphTensor first, StepCheck check)
    {
        foreach (var tensor in step.Reads.Select(check.Read))
        {
            if (!MemberRule.CheckColumns(tensor, 1 + step.Skipped(tensor.Name), step.DropFirst ? "columns, of which the first is dropped" : "columns", check))
            {
                continue;
            }
            if (tensor.Type != first.Type || !tensor.Shape!.SkipLast(1).SequenceEqual(first.Shape!.SkipLast(1)))
            {
                check.Error(tensor.Name, $"{GraphTensor.Describe(first.Type, [.. first.Shape!.SkipLast(1), -1])}, with the rows of \"{first.Name}\"", tensor.ToString());
            }
        }
        return !check.HasErrors;
    }

    /// <summary>With a single row, each member is one run of memory in it.</summary>
    private static void Share(StackStepSpec step, StepCheck check)
    {
        var next = 0L;
        foreach (var name in step.Reads)
        {
            check.Share(name, step.Row, next);
            next += check.Read(name).Shape![^1];
        }
    }
}
