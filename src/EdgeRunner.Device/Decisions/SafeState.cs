namespace EdgeRunner.Device.Decisions;

/// <summary>The decision that holds while the model is off.</summary>
/// <param name="Label">Index of the label; <see cref="Decision.None"/> for none.</param>
/// <param name="Score">The score published with it.</param>
internal readonly record struct SafeState(int Label, float Score)
{
    /// <summary>The declared safe state over the labels of a decision.</summary>
    /// <exception cref="DecisionMismatchException">The decision has no such label.</exception>
    public static SafeState Of(SafeStateOptions? options, IReadOnlyList<string> labels)
    {
        if (options?.Label is not { } name) return new SafeState(Decision.None, (float)(options?.Score ?? 0));
        for (var label = 0; label < labels.Count; label++)
        {
            if (string.Equals(labels[label], name, StringComparison.Ordinal)) return new SafeState(label, (float)options.Score);
        }

        throw new DecisionMismatchException($"decision.safe.label is \"{name}\", but the decision has no such label; expected one of {string.Join(", ", labels)}");
    }
}
