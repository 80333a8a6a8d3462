using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>A known method, with lists only where it takes them.</summary>
internal static class NormaliseRule
{
    internal static void Check(NormaliseStepSpec step, StepCheck check)
    {
        if (!check.TryRead(step.Input, ElementSets.Floats, out var input))
        {
            return;
        }
        if (!NormaliseStepSpec.Methods.Contains(step.Method, StringComparer.Ordinal))
        {
            check.Error(null, $"\"method\" one of {string.Join(", ", NormaliseStepSpec.Methods)}", $"\"{step.Method}\"{NearestName.Hint(step.Method, NormaliseStepSpec.Methods)}");
            return;
        }
        var isGiven = string.Equals(step.Method, NormaliseStepSpec.Given, StringComparison.Ordinal);
        if (!isGiven && (step.Mean ?? step.Deviation) is not null)
        {
            check.Error(null, $"no \"mean\" and \"deviation\", as method \"{step.Method}\" finds its own", step.Mean is null ? "\"deviation\"" : "\"mean\"");
            return;
        }
        if (isGiven && step is { Mean: null, Deviation: null })
        {
            check.Error(null, "\"mean\", \"deviation\" or both for method \"given\"", "neither");
            return;
        }
        if (step.Deviation?.Contains(0) == true)
        {
            check.Error(null, "every \"deviation\" other than 0", $"0 at place {step.Deviation.TakeWhile(value => value != 0).Count()}");
            return;
        }
        if (isGiven ? check.TryList(input, step.Mean, "mean", step.Axis) && check.TryList(input, step.Deviation, "deviation", step.Axis) : check.TryAxis(input, step.Axis, out _))
        {
            check.Make(step.Output, input.Type, input.Shape!);
        }
    }
}
