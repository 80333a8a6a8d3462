namespace EdgeRunner.Device.Telemetry;

/// <summary>What the outbox can promise now.</summary>
internal enum OutboxMode
{
    /// <summary>Not opened yet; records wait in their queues.</summary>
    Opening,

    /// <summary>Accepted is durable.</summary>
    Durable,

    /// <summary>No disk can be written: records are sent, but a restart loses what was not.</summary>
    MemoryOnly,

    /// <summary>Not even memory: the SQLite library is missing. Records are dropped and counted.</summary>
    Unavailable,
}
