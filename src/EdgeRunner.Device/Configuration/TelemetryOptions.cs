namespace EdgeRunner.Device.Configuration;

/// <summary>The outbox: how records become durable and leave.</summary>
internal sealed record TelemetryOptions : ICheckedSection
{
    /// <summary>Pause between two group commits, in milliseconds: what a power cut may cost. 0 commits as soon as there is a record.</summary>
    public int CommitIntervalMs { get; set; } = 250;

    /// <summary>Disk all streams together may take, in bytes; past it the oldest records of the lowest class go first, counted.</summary>
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>Free space that is left to the rest of the system, in bytes; below it nothing is stored, counted.</summary>
    public long FreeDiskFloorBytes { get; set; } = 64L << 20;

    /// <summary>Rate at which an old backlog is sent, in bytes per second; live records are not held back by it.</summary>
    public long BacklogBytesPerSecond { get; set; } = 256L << 10;

    /// <summary>Room between a pipeline and the outbox, in bytes per pipeline.</summary>
    public int QueueBytes { get; set; } = 256 << 10;

    /// <summary>Streams by name. A stream that a pipeline names and this map does not has the defaults.</summary>
    public Dictionary<string, TelemetryStreamOptions> Streams { get; set; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(CommitIntervalMs), CommitIntervalMs, 0, 60_000);
        check.Range(nameof(MaxBytes), MaxBytes, 1L << 20, 1L << 40);
        check.Range(nameof(FreeDiskFloorBytes), FreeDiskFloorBytes, 0, 1L << 40);
        check.Range(nameof(BacklogBytesPerSecond), BacklogBytesPerSecond, 1_024, 1L << 30);
        check.Range(nameof(QueueBytes), QueueBytes, 64 << 10, 64 << 20);
    }
}
