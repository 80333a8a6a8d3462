namespace EdgeRunner.Device.Updates;

/// <summary>How a trial ended.</summary>
/// <param name="Code">One of <see cref="UpdateReasons"/>; null when it passed.</param>
/// <param name="Words">What was seen, in plain words with numbers.</param>
internal sealed record TrialVerdict(string? Code, string Words)
{
    /// <summary>The version may stay.</summary>
    public bool Passed => Code is null;
}
