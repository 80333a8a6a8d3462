using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Lists of one number or as many as the axis is long.</summary>
internal static class ScaleRule
{
    internal static void Check(ScaleStepSpec step, StepCheck check)
    {
        if (check.TryRead(step.Input, ElementSets.Floats, out var input)
            && check.TryList(input, step.Factor, "factor", step.Axis) && check.TryList(input, step.Offset, "offset", step.Axis))
        {
            check.Make(step.Output, input.Type, input.Shape!);
        }
    }
}
