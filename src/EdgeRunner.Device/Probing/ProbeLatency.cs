namespace EdgeRunner.Device.Probing;

/// <summary>Time of one pass through the graph, in µs, over the timed runs.</summary>
/// <param name="Runs">Timed runs these numbers are of.</param>
/// <param name="P50">Median.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P99">99th percentile; the slowest below 100 runs.</param>
/// <param name="Max">Slowest.</param>
/// <param name="First">The very first run, which takes memory the others find taken; not among the timed ones.</param>
internal sealed record ProbeLatency(int Runs, double P50, double P90, double P99, double Max, double First)
{
    /// <summary>Sorts the times and takes the nearest rank.</summary>
    /// <param name="ticks">At least one, of <see cref="TimeProvider.GetTimestamp"/>; sorted afterwards.</param>
    /// <param name="ticksPerSecond">Unit of <paramref name="ticks"/>.</param>
    /// <param name="first">The first run, in the same unit.</param>
    public static ProbeLatency Of(Span<long> ticks, long ticksPerSecond, long first)
    {
        ticks.Sort();
        return new ProbeLatency(
            ticks.Length, Rank(ticks, 0.50, ticksPerSecond), Rank(ticks, 0.90, ticksPerSecond), Rank(ticks, 0.99, ticksPerSecond),
            Microseconds(ticks[^1], ticksPerSecond), Microseconds(first, ticksPerSecond));
    }

    private static double Rank(ReadOnlySpan<long> sorted, double fraction, long ticksPerSecond) =>
        Microseconds(sorted[Math.Max(0, (int)Math.Ceiling(fraction * sorted.Length) - 1)], ticksPerSecond);

    private static double Microseconds(long ticks, long ticksPerSecond) => Math.Round(ticks * 1e6 / ticksPerSecond, 2);
}
