namespace EdgeRunner.Device.Telemetry;

/// <summary>Events 3000 to 3099.</summary>
internal static partial class TelemetryLog
{
    [LoggerMessage(3000, LogLevel.Information, "Outbox {Path} is open ({Mode}): epoch {Epoch}, next number {NextSeq}, {PendingBytes} bytes stored")]
    internal static partial void Opened(ILogger logger, string path, OutboxMode mode, string epoch, long nextSeq, long pendingBytes);

    [LoggerMessage(3001, LogLevel.Error, "Outbox {Path} is damaged and goes into quarantine; a new one takes over")]
    internal static partial void Damaged(ILogger logger, string path, Exception exception);

    [LoggerMessage(3002, LogLevel.Warning,
        "Salvaged {Records} records in {Rows} batches ({DamagedRows} unreadable) from {Path}; new epoch {Epoch}")]
    internal static partial void Salvaged(ILogger logger, long records, long rows, long damagedRows, string path, string epoch);

    [LoggerMessage(3003, LogLevel.Error, "Salvage of {Path} stopped: the disk is full; the rest stays in quarantine")]
    internal static partial void SalvageStopped(ILogger logger, string path, Exception exception);

    [LoggerMessage(3004, LogLevel.Error,
        "Outbox lost commits it had reported as durable: epoch {Epoch}, numbers {First} to {Last}; going on with epoch {NewEpoch}")]
    internal static partial void NumbersWentBack(ILogger logger, string epoch, long first, long last, string newEpoch);

    [LoggerMessage(3005, LogLevel.Error, "The store of epoch {Epoch} (numbers up to {Last}) is gone; going on with epoch {NewEpoch}")]
    internal static partial void StoreVanished(ILogger logger, string epoch, long last, string newEpoch);

    [LoggerMessage(3006, LogLevel.Critical,
        "Outbox cannot write to {Directory}: records are kept in memory only, {MaxBytes} bytes at most, and a restart loses what was not sent")]
    internal static partial void MemoryOnly(ILogger logger, string directory, long maxBytes, Exception exception);

    [LoggerMessage(3007, LogLevel.Critical, "Outbox cannot be opened even in memory: telemetry is dropped and counted")]
    internal static partial void Unavailable(ILogger logger, Exception exception);

    [LoggerMessage(3008, LogLevel.Error, "Commit failed ({Failures} in a row); records wait in their queues")]
    internal static partial void CommitFailed(ILogger logger, int failures, Exception exception);

    [LoggerMessage(3009, LogLevel.Warning, "{Records} records of stream {Stream} lost ({Policy})")]
    internal static partial void Lost(ILogger logger, long records, string stream, string policy);

    [LoggerMessage(3010, LogLevel.Warning, "{Directory} has {FreeBytes} bytes free, below the floor of {FloorBytes}: the outbox does not grow")]
    internal static partial void BelowFloor(ILogger logger, string directory, long freeBytes, long floorBytes);

    [LoggerMessage(3011, LogLevel.Error, "Batch {First} to {Last} of stream {Stream} is damaged and is dropped")]
    internal static partial void DamagedRow(ILogger logger, long first, long last, string stream);

    [LoggerMessage(3012, LogLevel.Critical, "The committer met an error it does not know and goes on")]
    internal static partial void CommitterError(ILogger logger, Exception exception);

    [LoggerMessage(3013, LogLevel.Error, "{QueuedBytes} bytes of telemetry in the queues could not be committed before the stop and are lost")]
    internal static partial void LostAtStop(ILogger logger, long queuedBytes);

    [LoggerMessage(3020, LogLevel.Information, "Uplink is up: live records first, {PendingRecords} records in the backlog")]
    internal static partial void UplinkUp(ILogger logger, long pendingRecords);

    [LoggerMessage(3021, LogLevel.Information, "Uplink is down; records stay in the outbox ({Reason})")]
    internal static partial void UplinkDown(ILogger logger, string reason);

    [LoggerMessage(3022, LogLevel.Warning, "The broker refused batch {First} to {Last} of stream {Stream}, which is kept and tried again in {Seconds} s: {Reason}. No more is said of such refusals until it takes one; edgerunner status counts them")]
    internal static partial void Refused(ILogger logger, long first, long last, string stream, int seconds, string reason);

    [LoggerMessage(3023, LogLevel.Error, "Publishing met an error it does not know; the batch is sent again")]
    internal static partial void PublishError(ILogger logger, Exception exception);
}
