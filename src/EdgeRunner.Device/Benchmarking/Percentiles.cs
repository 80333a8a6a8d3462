namespace EdgeRunner.Device.Benchmarking;

/// <summary>Percentiles by nearest rank: always a value that was measured, never one between two.</summary>
internal static class Percentiles
{
    /// <summary>The smallest value that at least <paramref name="fraction"/> of all values do not exceed.</summary>
    /// <param name="sorted">Ascending, not empty.</param>
    /// <param name="fraction">0 to 1; 0.99 is the 99th percentile.</param>
    public static long Of(ReadOnlySpan<long> sorted, double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(sorted));
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fraction, 1);
        // 0.999 * 1000 is a little above 999 in binary, and its ceiling would be one rank too high.
        var rank = (int)Math.Ceiling((fraction * sorted.Length) - 1e-9);
        return sorted[Math.Clamp(rank, 1, sorted.Length) - 1];
    }

    /// <summary>The middle value; the mean of the two in the middle for an even number.</summary>
    public static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(values));
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
