namespace EdgeRunner.Device.Decisions;

/// <summary>What one window came to.</summary>
/// <param name="Label">Index into <see cref="DecisionMaker.Labels"/>; <see cref="None"/> when the threshold is not reached, the confidence is too low or the
/// output is not valid.</param>
/// <param name="Score">Score of the window itself, before hold and hysteresis; NaN when the output is not valid.</param>
/// <param name="IsValid">False when the output had a NaN, an infinity or a label that does not exist: the label is then the safe state.</param>
/// <param name="Changed">Whether <paramref name="Label"/> differs from the window before.</param>
internal readonly record struct Decision(int Label, float Score, bool IsValid, bool Changed)
{
    /// <summary>No label.</summary>
    public const int None = -1;

    /// <summary>Whether there is a label.</summary>
    public bool IsActive => Label != None;
}
