namespace EdgeRunner.Device.Telemetry;

/// <summary>What gives way when a stream is at its cap.</summary>
internal enum WhenFull
{
    /// <summary>The oldest batches of the stream.</summary>
    OverwriteOldest,

    /// <summary>The new records; what is stored stays.</summary>
    RejectNew,
}
