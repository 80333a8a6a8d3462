namespace EdgeRunner.Device.Benchmarking;

/// <summary>How a model is warmed up before each measurement.</summary>
/// <param name="Runs">The fixed number of runs; null goes by the rule.</param>
/// <param name="Rule">The rule in words.</param>
internal sealed record BenchWarmUp(int? Runs, string Rule);
