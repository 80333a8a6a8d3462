namespace EdgeRunner.Benchmarks;

/// <summary>One round of one side: a process of its own, times of single runs in nanoseconds.</summary>
/// <param name="Runner"><c>c</c> or <c>engine</c>.</param>
/// <param name="Iterations">Runs, without the warm-up.</param>
/// <param name="MeanNs">Mean.</param>
/// <param name="P50Ns">Median.</param>
/// <param name="P90Ns">90th percentile.</param>
/// <param name="P99Ns">99th percentile.</param>
/// <param name="P999Ns">99.9th percentile.</param>
/// <param name="MaxNs">Longest.</param>
/// <param name="FirstOutput">First element of the first output after the last run: both sides must have computed the same.</param>
/// <param name="AllocatedBytesPerRun">Managed bytes; null for C.</param>
internal sealed record Round(
    string Runner, int Iterations, long MeanNs, long P50Ns, long P90Ns, long P99Ns, long P999Ns, long MaxNs, double FirstOutput, double? AllocatedBytesPerRun = null);
