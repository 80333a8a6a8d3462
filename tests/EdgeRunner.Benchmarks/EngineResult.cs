namespace EdgeRunner.Benchmarks;

/// <summary>Of <c>engine</c>.</summary>
/// <param name="Times">Around each <c>ModelInstance.Run</c>.</param>
/// <param name="AllocatedBytesPerRun">Managed, on the loop's thread.</param>
internal sealed record EngineResult(Quantiles Times, double AllocatedBytesPerRun);
