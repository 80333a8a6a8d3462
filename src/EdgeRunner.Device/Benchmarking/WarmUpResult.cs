namespace EdgeRunner.Device.Benchmarking;

/// <summary>What a warm-up came to.</summary>
/// <param name="Runs">Runs it took.</param>
/// <param name="Stable">Whether the latency settled; null when nobody looked.</param>
/// <param name="RunUs">Time of a run at its end, in microseconds; 0 without a run.</param>
internal readonly record struct WarmUpResult(int Runs, bool? Stable, double RunUs);
