using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Sensors;

/// <summary>When and after what wait a source is started again. Waits double from the first to the longest, each with full jitter above
/// half, and begin anew once the source has run well for a minute.</summary>
internal sealed record RestartOptions : ICheckedSection
{
    /// <summary>When.</summary>
    public RestartPolicy Policy { get; set; } = RestartPolicy.Always;

    /// <summary>First wait, in milliseconds.</summary>
    public int InitialMs { get; set; } = 500;

    /// <summary>Longest wait, in milliseconds.</summary>
    public int MaxMs { get; set; } = 30_000;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(InitialMs), InitialMs, 1, 3_600_000);
        check.Range(nameof(MaxMs), MaxMs, 1, 3_600_000);
        if (MaxMs < InitialMs)
            check.Error(nameof(MaxMs), $"{MaxMs} is not allowed; expected at least initialMs ({InitialMs})");
    }
}
