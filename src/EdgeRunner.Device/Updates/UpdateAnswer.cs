namespace EdgeRunner.Device.Updates;

/// <summary>Answer to what a person asked.</summary>
/// <param name="Done">It was done.</param>
/// <param name="Words">What was done, or why not and what would help, in plain words.</param>
/// <param name="Code">Stable code when it was not done: one of <see cref="UpdateReasons"/>, or null.</param>
internal sealed record UpdateAnswer(bool Done, string Words, string? Code = null)
{
    /// <summary>Of a check: one entry for each model of the desired state, by name. Null of everything else, and of a check that failed.</summary>
    public IReadOnlyList<CheckedModel>? Models { get; init; }
}
