namespace EdgeRunner.Fleet.Releases;

/// <summary>How long one pass through the graph took on the machine that packed it.</summary>
/// <param name="Runs">Passes measured.</param>
/// <param name="P50Microseconds">Median.</param>
/// <param name="P99Microseconds">99th percentile.</param>
internal sealed record LatencyReport(int Runs, double P50Microseconds, double P99Microseconds);
