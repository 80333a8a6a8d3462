namespace EdgeRunner.Device.Telemetry;

/// <summary>Why records were lost: the <c>policy</c> of a loss record and the name of a counter.</summary>
internal enum LossPolicy
{
    /// <summary>The queue in front of the store was full, so they never got a sequence number.</summary>
    QueueFull,

    /// <summary>Larger than the queue or the stream's cap; never got a sequence number.</summary>
    TooLarge,

    /// <summary>Stored, then overwritten by newer ones.</summary>
    OverwriteOldest,

    /// <summary>The stream was at its cap and keeps what it has; never got a sequence number.</summary>
    RejectNew,

    /// <summary>All room is taken by streams that may not be overwritten, or the disk is at its floor; never got a sequence
    /// number.</summary>
    StoreFull,

    /// <summary>Stored, then found damaged or missing.</summary>
    Damaged,
}
