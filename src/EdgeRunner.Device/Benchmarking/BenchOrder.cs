using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>What to measure.</summary>
internal sealed record BenchOrder
{
    /// <summary>Rounds in which the settings take turns; five, so that a round that is disturbed does not move a median.</summary>
    public const int DefaultRounds = 5;

    /// <summary>Most runs that are kept for one setting and mode: 8 bytes each.</summary>
    public const int MaxRuns = 2_000_000;

    /// <summary>The settings, the device's own first.</summary>
    public required IReadOnlyList<BenchSetting> Settings { get; init; }

    /// <summary>How the device opens this model; threads and spinning are those of the setting.</summary>
    public ModelLoadOptions Session { get; init; } = new();

    /// <summary>What a reader should know of the configuration; goes to the report's notes.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Runs of each setting in each mode, over all rounds, if the time allows them; null goes by the time alone.</summary>
    public int? Runs { get; init; }

    /// <summary>Time for each setting back to back, over all rounds.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The same for the paced runs.</summary>
    public TimeSpan PacedDuration { get; init; }

    /// <summary>Runs before each measurement; null goes by <see cref="WarmUp.Rule"/>.</summary>
    public int? WarmUpRuns { get; init; }

    /// <summary>Pause before each paced run; zero leaves those runs out.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>Rounds; fewer than <see cref="DefaultRounds"/> when there are fewer runs.</summary>
    public int Rounds => Math.Min(DefaultRounds, Runs ?? DefaultRounds);
}
