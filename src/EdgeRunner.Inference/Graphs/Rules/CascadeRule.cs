using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>The inner steps, the rule with what it needs and no more, and outputs that are the same either way.</summary>
internal static class CascadeRule
{
    internal static void Check(CascadeStepSpec step, StepCheck check)
    {
        if (step.Steps.Count == 0)
        {
            check.Error(null, "at least one step in \"steps\"", "none");
        }
        foreach (var inner in step.Steps)
        {
            check.CheckInner(inner);
        }
        CheckRule(step.When, check);
        var madeWithin = Made(step.Steps).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, output) in step.Outputs)
        {
            CheckOutput(name, output, madeWithin, check);
        }
        if (step.Ran is not null)
        {
            check.Make(step.Ran, TensorElementType.Bool);
        }
    }

    private static IEnumerable<string> Made(IEnumerable<StepSpec> steps) => steps.SelectMany(step => step.Makes.Concat(Made(step.Nested)));

    private static void CheckOutput(string name, CascadeOutputSpec output, HashSet<string> madeWithin, StepCheck check)
    {
        if (check.Find(output.Then) is not { IsFixed: true } then || check.Find(output.Else) is not { IsFixed: true } otherwise)
        {
            return;
        }
        if (!ElementSets.Fixed.Contains(then.Type))
        {
            check.Error(output.Then, StepCheck.List(ElementSets.Fixed), then.ToString());
            return;
        }
        if (then.Type != otherwise.Type || !then.Shape!.SequenceEqual(otherwise.Shape!))
        {
            check.Error(output.Else, $"{then}, as \"{then.Name}\" that stands for \"{name}\" when the cascade runs", otherwise.ToString());
            return;
        }
        check.Make(name, then.Type, then.Shape!);
        // Only memory that nobody fills when the cascade does not run may be overwritten then.
        check.Share(output.Then, name, 0, madeWithin);
    }

    private static void CheckRule(CascadeRuleSpec when, StepCheck check)
    {
        if (!CascadeRuleSpec.Rules.Contains(when.Rule, StringComparer.Ordinal))
        {
            check.Error(null, $"\"rule\" one of {string.Join(", ", CascadeRuleSpec.Rules)}", $"\"{when.Rule}\"{NearestName.Hint(when.Rule, CascadeRuleSpec.Rules)}");
            return;
        }
        var (needsValue, takesRange, needsLabels) = (when.Rule is "max-below" or "margin-below" or "entropy-above", when.Rule is "inside" or "outside", when.Rule is "label-in");
        Expect(when, "value", when.Value is not null, needsValue, needsValue, check);
        Expect(when, "low\" or \"high", (when.Low ?? when.High) is not null, takesRange, takesRange, check);
        Expect(when, "index", when.Index is not null, needed: false, takesRange, check);
        Expect(when, "labels", when.Labels is { Count: > 0 }, needsLabels, needsLabels, check);
        if (when.Low > when.High)
        {
            check.Error(null, $"\"high\" of at least \"low\", which is {when.Low}", $"{when.High}");
        }
        if (!check.HasErrors && check.Find(when.Tensor) is { IsFixed: true } tensor)
        {
            CheckTensor(when, tensor, check);
        }
    }

    private static void CheckTensor(CascadeRuleSpec when, GraphTensor tensor, StepCheck check)
    {
        var types = when.Rule is "entropy-above" or "margin-below" ? ElementSets.Floats : ElementSets.Numbers;
        if (!types.Contains(tensor.Type))
        {
            check.Error(tensor.Name, StepCheck.List(types), tensor.ToString());
            return;
        }
        var entries = tensor.Shape is [.., var last] ? last : 1;
        var smallest = when.Rule is "margin-below" ? 2 : 1;
        if (tensor.Shape!.Contains(0) || entries < smallest)
        {
            check.Error(tensor.Name, $"rows of at least {smallest} for rule {when.Rule}", tensor.ToString());
        }
        if (when.Index is { } index && (index < -entries || index >= entries))
        {
            check.Error(tensor.Name, $"\"index\" from {-entries} to {entries - 1}", $"{index} with {tensor}");
        }
        var isFloat = ElementSets.Floats.Contains(tensor.Type);
        if (when.Labels is { } labels && labels.Any(label => label < 0 || (isFloat && label >= entries)))
        {
            check.Error(tensor.Name, isFloat ? $"\"labels\" from 0 to {entries - 1}" : "\"labels\" from 0", $"[{string.Join(", ", labels)}] with {tensor}");
        }
    }

    private static void Expect(CascadeRuleSpec when, string member, bool isThere, bool needed, bool allowed, StepCheck check)
    {
        if (needed && !isThere)
        {
            check.Error(null, $"\"{member}\" for rule {when.Rule}", "nothing");
        }
        if (isThere && !allowed)
        {
            check.Error(null, $"no \"{member}\" for rule {when.Rule}", "one");
        }
    }
}
