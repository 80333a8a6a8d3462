namespace EdgeRunner.Messaging.Rollouts;

/// <summary>When a trial ends well, and when it does not. What is null is taken from the device's configuration.</summary>
public sealed record TrialLimits
{
    /// <summary>Windows to watch; 1 to 1 000 000 000. The trial ends with these or with <see cref="Minutes"/>, whichever comes first.</summary>
    public long? Windows { get; init; }

    /// <summary>Minutes to watch; 0 to 10 080.</summary>
    public double? Minutes { get; init; }

    /// <summary>Largest part of windows that may fail (run errors, NaN, late), 0 to 1.</summary>
    public double? MaxErrorRate { get; init; }

    /// <summary>Largest p99 of a run against this box's p99 with the version before; 1 to 1000.</summary>
    public double? MaxLatencyRatio { get; init; }

    /// <summary>Largest distance of the output distribution from that of the version before (population stability index); 0 to 100.</summary>
    public double? MaxDrift { get; init; }

    /// <summary>Windows to run beside the old version before anything is swapped; 0 = none.</summary>
    public long? ShadowWindows { get; init; }
}
