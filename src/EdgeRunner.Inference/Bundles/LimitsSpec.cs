namespace EdgeRunner.Inference.Bundles;

/// <summary>What the author promises; the device measures it before activation and refuses a model that breaks it.</summary>
/// <param name="MemoryBytes">Peak memory of the loaded model, in bytes; absent is no limit.</param>
/// <param name="P99LatencyMicroseconds">99th percentile of one pass through the graph, in µs; absent is no limit.</param>
public sealed record LimitsSpec(long? MemoryBytes = null, long? P99LatencyMicroseconds = null);
