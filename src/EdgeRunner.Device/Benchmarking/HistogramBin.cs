namespace EdgeRunner.Device.Benchmarking;

/// <summary>Runs whose latency lies between two bounds.</summary>
/// <param name="FromUs">Lower bound, included, in microseconds.</param>
/// <param name="ToUs">Upper bound, excluded, in microseconds.</param>
/// <param name="Runs">How many.</param>
internal sealed record HistogramBin(double FromUs, double ToUs, int Runs);
