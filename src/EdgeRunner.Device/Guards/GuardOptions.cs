using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Guards;

/// <summary>What a model may do wrong while it runs, and for how long, before it is turned off.</summary>
internal sealed record GuardOptions : ICheckedSection
{
    /// <summary>Longest time of one run, in milliseconds; past it the run is broken off between two operators and its window gets no decision.
    /// 0 = no limit. Below <c>health.stallSeconds</c>, so that a model that hangs costs its windows and not the daemon.</summary>
    public double RunTimeoutMs { get; set; } = 10_000;

    /// <summary>Whether every output is looked through for NaN and infinities, and against the range that the model's manifest declares. What the
    /// decision itself reads is always checked.</summary>
    public bool CheckOutputs { get; set; } = true;

    /// <summary>Bad windows in a row that turn the model off; 0 = never.</summary>
    public int MaxConsecutiveErrors { get; set; } = 100;

    /// <summary>Runs broken off in a row that turn the model off; 0 = never. Fewer than of other errors, because each costs the whole time-out.</summary>
    public int MaxConsecutiveTimeouts { get; set; } = 3;

    /// <summary>Bad windows among the last <see cref="Windows"/> that turn the model off; 0 = never.</summary>
    public int MaxErrors { get; set; } = 500;

    /// <summary>Windows that <see cref="MaxErrors"/> is counted over.</summary>
    public int Windows { get; set; } = 1_000;

    /// <summary>Time after which a model that was turned off is loaded anew, in seconds; 0 = only by hand or by a new version.</summary>
    public int RetryAfterSeconds { get; set; } = 30;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(RunTimeoutMs), RunTimeoutMs, 0, 3_600_000);
        check.Range(nameof(MaxConsecutiveErrors), MaxConsecutiveErrors, 0, 1_000_000);
        check.Range(nameof(MaxConsecutiveTimeouts), MaxConsecutiveTimeouts, 0, 1_000_000);
        check.Range(nameof(MaxErrors), MaxErrors, 0, 1_000_000);
        check.Range(nameof(Windows), Windows, 1, 1_000_000);
        check.Range(nameof(RetryAfterSeconds), RetryAfterSeconds, 0, 86_400);
        if (MaxErrors >= Windows)
            check.Error(nameof(MaxErrors), $"{MaxErrors} errors can never pass in {Windows} windows; expected less than windows, or 0");
    }
}
