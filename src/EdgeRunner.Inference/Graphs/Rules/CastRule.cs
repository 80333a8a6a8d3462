using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Between numbers and bool.</summary>
internal static class CastRule
{
    internal static void Check(CastStepSpec step, StepCheck check)
    {
        if (!check.TryRead(step.Input, ElementSets.Fixed, out var input))
        {
            return;
        }
        if (!ElementSets.Fixed.Contains(step.To))
        {
            check.Error(step.Output, $"\"to\" one of {StepCheck.List(ElementSets.Fixed)}", step.To.Format());
            return;
        }
        check.Make(step.Output, step.To, input.Shape!);
        if (input.Type == step.To)
        {
            check.Share(step.Output, step.Input, 0);
        }
    }
}
