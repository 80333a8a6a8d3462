namespace EdgeRunner.Device.Configuration;

/// <summary>How a new version is watched before it is committed.</summary>
internal sealed record TrialOptions : ICheckedSection
{
    /// <summary>Windows to watch.</summary>
    public long Windows { get; set; } = 1_000;

    /// <summary>Minutes after which the trial ends even with fewer windows.</summary>
    public double Minutes { get; set; } = 10;

    /// <summary>Largest part of windows that may fail: run errors, NaN, late ones.</summary>
    public double MaxErrorRate { get; set; } = 0.01;

    /// <summary>Largest p99 of a run, as a multiple of this box's p99 with the version before.</summary>
    public double MaxLatencyRatio { get; set; } = 3;

    /// <summary>Largest distance between the outputs of both versions (population stability index); 0 (default) does not compare.</summary>
    public double MaxDrift { get; set; }

    /// <summary>Windows that the new version first runs beside the old one, unseen by actuators; 0 (default) = none.</summary>
    public long ShadowWindows { get; set; }

    /// <summary>Fewest windows that a rollout may ask for; when <see cref="Windows"/> is lower, that is.</summary>
    public long MinWindows { get; set; } = 100;

    /// <summary>Fewest minutes that a rollout may ask for; when <see cref="Minutes"/> is lower, that is.</summary>
    public double MinMinutes { get; set; } = 1;

    /// <summary>Largest <see cref="MaxErrorRate"/> that a rollout may ask for; when <see cref="MaxErrorRate"/> is higher, that is.</summary>
    public double ErrorRateCap { get; set; } = 0.5;

    /// <summary>Largest <see cref="MaxLatencyRatio"/> that a rollout may ask for; when <see cref="MaxLatencyRatio"/> is higher, that is.</summary>
    public double LatencyRatioCap { get; set; } = 10;

    /// <summary>Largest <see cref="MaxDrift"/> that a rollout may ask for, 0 included, which does not compare; when <see cref="MaxDrift"/> is higher, that is.
    /// With both 0 (default) it is left to the rollout.</summary>
    public double DriftCap { get; set; }

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(Windows), Windows, 1, 1_000_000_000);
        check.Range(nameof(Minutes), Minutes, 0, 10_080);
        check.Range(nameof(MaxErrorRate), MaxErrorRate, 0, 1);
        check.Range(nameof(MaxLatencyRatio), MaxLatencyRatio, 1, 1_000);
        check.Range(nameof(MaxDrift), MaxDrift, 0, 100);
        check.Range(nameof(ShadowWindows), ShadowWindows, 0, 1_000_000_000);
        check.Range(nameof(MinWindows), MinWindows, 1, 1_000_000_000);
        check.Range(nameof(MinMinutes), MinMinutes, 0, 10_080);
        check.Range(nameof(ErrorRateCap), ErrorRateCap, 0, 1);
        check.Range(nameof(LatencyRatioCap), LatencyRatioCap, 1, 1_000);
        check.Range(nameof(DriftCap), DriftCap, 0, 100);
    }
}
