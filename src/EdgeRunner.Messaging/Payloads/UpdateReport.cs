namespace EdgeRunner.Messaging.Payloads;

/// <summary>Where the update of one model is: in <c>report</c>, in <c>status</c>, and as <c>event</c> at each change of phase.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Phase">One of <c>idle downloading verified staged probing trial committed rolling-back rejected</c>.</param>
public sealed record UpdateReport(string Model, string Phase)
{
    /// <summary>Version that the update is about; null when there is none.</summary>
    public string? Version { get; init; }

    /// <summary>Its release number.</summary>
    public long? Release { get; init; }

    /// <summary>Version that served before.</summary>
    public string? From { get; init; }

    /// <summary>Version that the group wants of this device; null when it wants none.</summary>
    public string? Desired { get; init; }

    /// <summary>Why the device does not take what its group wants, though nothing is wrong: a pin, a pause, a moment that has not come, a part of the fleet that it is not in. Null
    /// when it takes it.</summary>
    public string? Waiting { get; init; }

    /// <summary>Stable code of the outcome, e.g. <c>golden-mismatch</c>; null while all is well. All of them: docs/updates.md.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>The same in plain words.</summary>
    public string? Reason { get; init; }

    /// <summary>When what is in trouble is tried again by itself, by the device's clock; null when nothing waits for that.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Bytes that are here, of <see cref="BytesTotal"/>; while downloading.</summary>
    public long? BytesDone { get; init; }

    /// <summary>Length of the file.</summary>
    public long? BytesTotal { get; init; }

    /// <summary>Of <see cref="BytesDone"/>, what was on this device before.</summary>
    public long? BytesReused { get; init; }

    /// <summary>Bytes a second, over the last few seconds.</summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>Seconds until the present phase ends, by what is known now.</summary>
    public double? RemainingSeconds { get; init; }

    /// <summary>The road that is in use: <c>mqtt</c>, an address, a directory.</summary>
    public string? Transport { get; init; }

    /// <summary>Windows that the trial has watched, and how many it wants.</summary>
    public long? TrialWindows { get; init; }

    /// <summary>See <see cref="TrialWindows"/>.</summary>
    public long? TrialWindowsWanted { get; init; }

    /// <summary>True when a person has pinned the present version here.</summary>
    public bool? Pinned { get; init; }

    /// <summary>Whether this device could take the version, when only that was asked.</summary>
    public DryRunReport? DryRun { get; init; }

    /// <summary>When the phase began, by the device's clock.</summary>
    public DateTimeOffset? Since { get; init; }
}
