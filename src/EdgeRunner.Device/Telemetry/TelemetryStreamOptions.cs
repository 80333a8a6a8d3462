namespace EdgeRunner.Device.Telemetry;

/// <summary>How one stream is kept. <see cref="TelemetryOptionsValidator"/> holds the ranges.</summary>
internal sealed record TelemetryStreamOptions
{
    /// <summary>Who gives way to whom.</summary>
    public TelemetryClass Class { get; set; } = TelemetryClass.Metric;

    /// <summary>Room the stream may take in the store, in bytes, 64 KiB or more; at the limit <see cref="WhenFull"/> decides.
    /// Null: only the store's own limit holds.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>What gives way at <see cref="MaxBytes"/>.</summary>
    public WhenFull WhenFull { get; set; } = WhenFull.OverwriteOldest;

    /// <summary>Memory between the pipeline and the store, in bytes, 4 KiB to 64 MiB, rounded up to a power of two. A commit starts early
    /// when it is half full; when it is full, records are dropped and counted (or the pipeline waits, if it asked to).</summary>
    public int QueueBytes { get; set; } = 256 << 10;
}
