namespace EdgeRunner.Device.Telemetry;

/// <summary>The outbox at one moment, for <c>status</c>. Read without a lock, so numbers may be one commit apart.</summary>
/// <param name="Mode">What it can promise.</param>
/// <param name="Epoch">Epoch of the numbers given now.</param>
/// <param name="NextSeq">The next number.</param>
/// <param name="Accepted">Records committed since the start.</param>
/// <param name="AcceptedBytes">Their bytes.</param>
/// <param name="Uploaded">Records acknowledged by the broker since the start.</param>
/// <param name="PendingRecords">Records stored and not yet acknowledged and deleted.</param>
/// <param name="PendingBytes">What they take of the limit.</param>
/// <param name="MaxBytes">The limit in force.</param>
/// <param name="Dropped">Records lost since the start, by the name of the policy; policies without a loss are absent.</param>
/// <param name="Commits">Commits since the start.</param>
/// <param name="CommitFailures">Commits that failed and were tried again.</param>
/// <param name="LastCommit">How long the last one took.</param>
/// <param name="LongestCommit">How long the longest one took.</param>
/// <param name="Quarantined">Stores set aside since the start.</param>
/// <param name="MemoryOnlyFallbacks">Times the disk was given up since the start.</param>
/// <param name="RefusedBatches">Publishes the broker refused since the start.</param>
/// <param name="LastFailure">The last trouble with the store, in words; null when there was none or it is over.</param>
/// <param name="Streams">Each stream, most important class first.</param>
internal sealed record TelemetryStatus(
    OutboxMode Mode,
    string? Epoch,
    long NextSeq,
    long Accepted,
    long AcceptedBytes,
    long Uploaded,
    long PendingRecords,
    long PendingBytes,
    long MaxBytes,
    IReadOnlyDictionary<string, long> Dropped,
    long Commits,
    long CommitFailures,
    TimeSpan LastCommit,
    TimeSpan LongestCommit,
    long Quarantined,
    long MemoryOnlyFallbacks,
    long RefusedBatches,
    string? LastFailure,
    IReadOnlyList<TelemetryStreamStatus> Streams)
{
    /// <summary>Why the broker refuses a stream, in words; null when there is none of which it has taken nothing since it refused a batch.</summary>
    public string? LastRefusal { get; init; }

    /// <summary>True while the disk has less free than <c>telemetry.freeDiskFloorBytes</c>: the outbox does not grow.</summary>
    public bool IsBelowFloor { get; init; }
}
