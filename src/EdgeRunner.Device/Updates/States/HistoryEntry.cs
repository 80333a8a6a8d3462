namespace EdgeRunner.Device.Updates.States;

/// <summary>How one update ended: one line of <c>history.jsonl</c>.</summary>
/// <param name="At">When, by the device's clock.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Version that the update was about.</param>
/// <param name="Outcome"><c>committed</c>, <c>rejected</c>, or what a person did: <c>activated</c>.</param>
internal sealed record HistoryEntry(DateTimeOffset At, string Model, string Version, string Outcome)
{
    /// <summary>Its release number; null when it is not known.</summary>
    public long? Release { get; init; }

    /// <summary>Digest of its target.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Version that served before.</summary>
    public string? From { get; init; }

    /// <summary>Version that serves now; null when none does.</summary>
    public string? Active { get; init; }

    /// <summary>Stable code of the reason; null when all went well.</summary>
    public string? Code { get; init; }

    /// <summary>The reason in plain words, or what the trial has seen.</summary>
    public string? Words { get; init; }
}
