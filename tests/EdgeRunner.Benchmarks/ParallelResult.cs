using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Benchmarks;

/// <summary>Of <c>parallel</c>.</summary>
/// <param name="Decision">What loading the model decided, with the times it measured on zeros.</param>
/// <param name="InTurn">Around each run, one step after the other.</param>
/// <param name="SideBySide">Around each run, independent steps at once.</param>
/// <param name="SpeedUp">Median in turn over median side by side.</param>
/// <param name="AllocatedBytesPerRun">Managed, on the calling thread, of both.</param>
/// <param name="Cores">Processors this process may use.</param>
internal sealed record ParallelResult(ParallelDecision Decision, Quantiles InTurn, Quantiles SideBySide, double SpeedUp, double AllocatedBytesPerRun, int Cores);
