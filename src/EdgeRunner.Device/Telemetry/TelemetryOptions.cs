namespace EdgeRunner.Device.Telemetry;

/// <summary>The outbox: what it may take, how soon it is durable, how fast it goes out.</summary>
internal sealed record TelemetryOptions
{
    /// <summary>Where <c>outbox.db</c> and <c>quarantine/</c> live; made when missing.</summary>
    public string Directory { get; set; } = "/var/lib/edgerunner/telemetry";

    /// <summary>The device's name in the envelope.</summary>
    public string DeviceId { get; set; } = "";

    /// <summary>Time between two commits, 0 to 1 min: what a power cut may cost. 0 commits as soon as a record is there.</summary>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Room for all streams together, in bytes, 1 MiB to 1 TiB. At the limit the largest stream of the lowest class that may be
    /// overwritten loses its oldest batch.</summary>
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>Room in memory when no disk can be written, in bytes, 64 KiB to 1 GiB.</summary>
    public long MemoryOnlyMaxBytes { get; set; } = 8L << 20;

    /// <summary>Free space on the disk below which the store does not grow, in bytes, 0 or more: new records then replace old
    /// ones.</summary>
    public long FreeDiskFloorBytes { get; set; } = 64L << 20;

    /// <summary>How fast old batches are sent beside the live ones, in bytes per second, 1024 or more.</summary>
    public long BacklogBytesPerSecond { get; set; } = 256L << 10;

    /// <summary>Batches on the way at once, 1 to 1000. The broker's receive maximum bounds it too.</summary>
    public int MaxInflight { get; set; } = 16;

    /// <summary>A store up to this size is checked page by page when it is opened (about 40 MB/s on an SD card); a larger one is checked
    /// row
    /// by row as it is read. In bytes, 0 or more.</summary>
    public long FullCheckMaxBytes { get; set; } = 16L << 20;

    /// <summary>Time between two loss records of the same kind, 0 to 1 h; within it losses are added up, durably.</summary>
    public TimeSpan LossReportInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two attempts to get from memory back to disk, 1 s to 1 day.</summary>
    public TimeSpan StoreRetryInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Streams by name; a stream that is not here has the defaults.</summary>
    public Dictionary<string, TelemetryStreamOptions> Streams { get; set; } = new(StringComparer.Ordinal);
}
