namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Compares the tensors of a run with what the model says it takes, so that a misfit is found before the first run, all of them
/// at once, and in words that name both sides.</summary>
internal static class OrtBindingChecker
{
    internal static void Check(OrtSession session, IReadOnlyList<OrtBinding> inputs, IReadOnlyList<OrtBinding> outputs)
    {
        var problems = new List<string>();
        CheckBindings("input", [.. session.Inputs, .. session.OverridableInitializers], inputs, problems);
        CheckBindings("output", session.Outputs, outputs, problems);
        foreach (var input in session.Inputs)
        {
            if (!inputs.Any(binding => string.Equals(binding.Name, input.Name, StringComparison.Ordinal)))
            {
                problems.Add($"input {input} is not given");
            }
        }
        foreach (var binding in inputs)
        {
            if (binding.Tensor is null)
            {
                problems.Add($"input {binding.Name} has no tensor");
            }
        }
        if (outputs.Count == 0)
        {
            problems.Add("no output is asked for");
        }
        if (problems.Count > 0)
        {
            throw new OrtBindingException(problems);
        }
    }

    private static void CheckBindings(string what, IReadOnlyList<OrtValueDescription> known, IReadOnlyList<OrtBinding> bindings, List<string> problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, tensor) in bindings)
        {
            var description = known.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.Ordinal));
            if (!seen.Add(name))
            {
                problems.Add($"{what} {name} is given twice");
            }
            else if (description is null)
            {
                problems.Add($"the model has no {what} {name}, only {string.Join(", ", known)}");
            }
            else if (!description.IsSupported)
            {
                problems.Add($"{what} {name} is of kind {description.TypeText}, which EdgeRunner does not support");
            }
            else if (tensor is not null && !description.Accepts(tensor.ElementType, tensor.Shape))
            {
                problems.Add($"{what} {name} is {description.TypeText}, the tensor given is {tensor}");
            }
        }
    }
}
