namespace EdgeRunner.Benchmarks;

/// <summary>Of <c>pipeline</c>.</summary>
/// <param name="Decision">Last frame of a window read, to decision taken: what the daemon counts as its latency.</param>
/// <param name="Record">The same start, to the window's record in the telemetry queue.</param>
/// <param name="AllocatedBytesPerWindow">Managed, from frames to record.</param>
/// <param name="DroppedRecords">Must be 0: a refused record costs less than one that is kept.</param>
internal sealed record PipelineResult(Quantiles Decision, Quantiles Record, double AllocatedBytesPerWindow, long DroppedRecords);
