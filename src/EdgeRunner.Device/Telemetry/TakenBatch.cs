namespace EdgeRunner.Device.Telemetry;

/// <summary>A batch on its way to the broker. It comes back to the outbox exactly once: acknowledged or put back.</summary>
/// <param name="Generation">Of the store it came from: an acknowledgement for a store that was replaced meanwhile is void.</param>
/// <param name="Stream">The stream's name.</param>
/// <param name="Row">The row.</param>
internal readonly record struct TakenBatch(int Generation, string Stream, OutboxRow Row);
