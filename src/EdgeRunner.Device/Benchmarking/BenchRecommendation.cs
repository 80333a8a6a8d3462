namespace EdgeRunner.Device.Benchmarking;

/// <summary>What to set, and why.</summary>
/// <param name="IntraOpThreads">For <c>inference.intraOpThreads</c>.</param>
/// <param name="AllowSpinning">For <c>inference.allowSpinning</c>.</param>
/// <param name="Reason">A sentence or two with the numbers that decided.</param>
internal sealed record BenchRecommendation(int IntraOpThreads, bool AllowSpinning, string Reason);
