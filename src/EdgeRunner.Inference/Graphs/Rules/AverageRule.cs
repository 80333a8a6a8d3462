using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Means of float tensors that are alike.</summary>
internal static class AverageRule
{
    internal static void Check(AverageStepSpec step, StepCheck check) => Check(step, step.Output, check);

    internal static void Check(WeightedAverageStepSpec step, StepCheck check)
    {
        MemberRule.CheckWeights(step, step.Weights, check);
        Check(step, step.Output, check);
    }

    private static void Check(MembersStepSpec step, string output, StepCheck check)
    {
        if (MemberRule.TryMembers(step, check, ElementSets.Floats, out var first))
        {
            check.Make(output, first.Type, first.Shape!);
        }
    }
}
