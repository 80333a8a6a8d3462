using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Kinds that turn each element of a float tensor into one of the same type.</summary>
internal static class FloatMapRule
{
    internal static void Check(UnaryStepSpec step, StepCheck check)
    {
        if (check.TryRead(step.Input, ElementSets.Floats, out var input))
        {
            check.Make(step.Output, input.Type, input.Shape!);
        }
    }
}
