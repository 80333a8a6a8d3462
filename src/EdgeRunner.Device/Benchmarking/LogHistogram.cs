namespace EdgeRunner.Device.Benchmarking;

/// <summary>Sorts latencies into bins of equal width on a logarithmic axis. The bounds are the same for every measurement, so that histograms
/// can be laid over each other.</summary>
internal static class LogHistogram
{
    /// <summary>Each bin is 5.9 % wide: fine enough for the shape, coarse enough to be filled.</summary>
    public const int BinsPerDecade = 40;

    /// <summary>The bins that are not empty, ascending.</summary>
    /// <param name="sortedNanoseconds">Ascending, 0 or more; 0 counts as 1.</param>
    public static IReadOnlyList<HistogramBin> Of(ReadOnlySpan<long> sortedNanoseconds)
    {
        var bins = new List<HistogramBin>();
        foreach (var value in sortedNanoseconds)
        {
            var bin = BinOf(value);
            var (from, to) = (BoundUs(bin), BoundUs(bin + 1));
            if (bins.Count > 0 && bins[^1].FromUs.Equals(from)) bins[^1] = bins[^1] with { Runs = bins[^1].Runs + 1 };
            else bins.Add(new HistogramBin(from, to, 1));
        }

        return bins;
    }

    private static int BinOf(long nanoseconds) => (int)Math.Floor(Math.Log10(Math.Max(1, nanoseconds)) * BinsPerDecade);

    private static double BoundUs(int bin) => Math.Round(Math.Pow(10, (double)bin / BinsPerDecade) / 1000, 6);
}
