namespace EdgeRunner.Device.Telemetry;

/// <summary>How a commit ended.</summary>
internal enum CommitResult
{
    /// <summary>There was nothing to do.</summary>
    Nothing,

    /// <summary>Durable (or in memory, when the outbox has no disk).</summary>
    Committed,

    /// <summary>The store failed; the records are still in the queues.</summary>
    Failed,
}
