using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Votes over class numbers.</summary>
internal static class VoteRule
{
    internal static void Check(VoteStepSpec step, StepCheck check) => Check(step, TensorElementType.Int64, check);

    internal static void Check(WeightedVoteStepSpec step, StepCheck check)
    {
        MemberRule.CheckWeights(step, step.Weights, check);
        Check(step, TensorElementType.Float32, check);
    }

    private static void Check(BallotStepSpec step, TensorElementType countType, StepCheck check)
    {
        MemberRule.CheckClasses(step.Classes, check);
        if (step.Rule == VotingRule.Majority && step.Tie != TieRule.LowestClass)
        {
            check.Error(null, "no \"tie\" with \"rule\" majority: two classes cannot both have more than half", "one");
        }
        if (MemberRule.TryBallots(step, check, step.Classes, out var first))
        {
            IReadOnlyList<long> perClass = [.. first.Shape!, step.Classes];
            MemberRule.Make(step.Label, TensorElementType.Int64, first.Shape!, check);
            MemberRule.Make(step.Counts, countType, perClass, check);
            MemberRule.Make(step.Shares, TensorElementType.Float32, perClass, check);
        }
    }
}
