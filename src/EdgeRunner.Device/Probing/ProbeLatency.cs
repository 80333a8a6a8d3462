using EdgeRunner.Device.Benchmarking;

namespace EdgeRunner.Device.Probing;

/// <summary>Time of one pass through the graph, in µs, over the timed runs.</summary>
/// <param name="Runs">Timed runs these numbers are of.</param>
/// <param name="P50">Median.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P99">99th percentile; the slowest below 100 runs.</param>
/// <param name="Max">Slowest.</param>
/// <param name="First">The very first run, which takes memory the others find taken; not among the timed ones.</param>
/// <param name="CpuP99">99th percentile of the CPU time of a run, all threads together: what a run costs when nobody else wants the core. It is at least the
/// wall time of a run on an idle machine.</param>
internal sealed record ProbeLatency(int Runs, double P50, double P90, double P99, double Max, double First, double CpuP99)
{
    /// <summary>Sorts the times and takes the nearest rank.</summary>
    /// <param name="ticks">At least one, of <see cref="TimeProvider.GetTimestamp"/>; sorted afterwards.</param>
    /// <param name="cpuTicks">CPU time of the same runs, in 100 ns; sorted afterwards.</param>
    /// <param name="ticksPerSecond">Unit of <paramref name="ticks"/>.</param>
    /// <param name="first">The first run, in the same unit.</param>
    public static ProbeLatency Of(Span<long> ticks, Span<long> cpuTicks, long ticksPerSecond, long first)
    {
        ticks.Sort();
        cpuTicks.Sort();
        return new ProbeLatency(
            ticks.Length, Rank(ticks, 0.50, ticksPerSecond), Rank(ticks, 0.90, ticksPerSecond), Rank(ticks, 0.99, ticksPerSecond),
            Microseconds(ticks[^1], ticksPerSecond), Microseconds(first, ticksPerSecond),
            Rank(cpuTicks, 0.99, TimeSpan.TicksPerSecond));
    }

    private static double Rank(ReadOnlySpan<long> sorted, double fraction, long ticksPerSecond) =>
        Microseconds(Percentiles.Of(sorted, fraction), ticksPerSecond);

    private static double Microseconds(long ticks, long ticksPerSecond) => Math.Round(ticks * 1e6 / ticksPerSecond, 2);
}
