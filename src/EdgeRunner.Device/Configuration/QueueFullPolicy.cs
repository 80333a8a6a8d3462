namespace EdgeRunner.Device.Configuration;

/// <summary>What a pipeline does when the queue towards the outbox is full.</summary>
internal enum QueueFullPolicy
{
    /// <summary>Drops the record and counts it: sensing goes on.</summary>
    Drop,

    /// <summary>Waits: for replays, where every window must leave a record.</summary>
    Block,
}
