using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>One limit, or as many as the axis is long.</summary>
internal static class ThresholdRule
{
    internal static void Check(ThresholdStepSpec step, StepCheck check)
    {
        if (check.TryRead(step.Input, ElementSets.Numbers, out var input) && check.TryList(input, step.Limit, "limit", step.Axis))
        {
            check.Make(step.Output, TensorElementType.Bool, input.Shape!);
        }
    }
}
