using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Means of probabilities, a column for each class.</summary>
internal static class SoftVoteRule
{
    internal static void Check(SoftVoteStepSpec step, StepCheck check)
    {
        if (step.Weights is not null)
        {
            MemberRule.CheckWeights(step, step.Weights, check);
        }
        if (MemberRule.TryColumns(step, check, least: 2, "a column for each class", out var first))
        {
            MemberRule.Make(step.Label, TensorElementType.Int64, first.Shape!.SkipLast(1), check);
            MemberRule.Make(step.Probabilities, first.Type, first.Shape!, check);
        }
    }
}
