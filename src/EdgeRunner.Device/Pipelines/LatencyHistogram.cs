using System.Numerics;

namespace EdgeRunner.Device.Pipelines;

/// <summary>Counts latencies in log-linear buckets: 32 per power of two, so a percentile is at most 3.2 % too high.</summary>
/// <remarks>One thread records and allocates nothing; any thread may read, and then sees a count that may be one run old.
/// The layout is that of HdrHistogram with five significant bits.</remarks>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 5;
    private const int SubBuckets = 1 << SubBucketBits;

    // 63 - 5 octaves above the linear part, and the linear part itself: every non-negative long has a bucket.
    private readonly long[] _counts = new long[(64 - SubBucketBits) * SubBuckets];
    private long _total;
    private long _maximum;

    /// <summary>Number of latencies recorded.</summary>
    public long Count => Volatile.Read(ref _total);

    /// <summary>The largest latency recorded, in nanoseconds; exact.</summary>
    public long MaximumNanoseconds => Volatile.Read(ref _maximum);

    /// <summary>Adds one latency. A negative value (a clock that stepped back) counts as zero.</summary>
    public void Record(long nanoseconds)
    {
        if (nanoseconds < 0) nanoseconds = 0;
        _counts[BucketOf(nanoseconds)]++;
        if (nanoseconds > _maximum) Volatile.Write(ref _maximum, nanoseconds);
        Volatile.Write(ref _total, _total + 1);
    }

    /// <summary>The latency, in nanoseconds, that <paramref name="fraction"/> of all recorded ones do not exceed; 0 when there is none.</summary>
    /// <param name="fraction">0 to 1; 0.99 is the 99th percentile.</param>
    public long PercentileNanoseconds(double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fraction, 1);
        var total = Count;
        if (total == 0) return 0;
        var wanted = Math.Max(1, (long)Math.Ceiling(fraction * total));
        long seen = 0;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += Volatile.Read(ref _counts[bucket]);
            if (seen >= wanted) return Math.Min(UpperBoundOf(bucket), MaximumNanoseconds);
        }

        return MaximumNanoseconds;
    }

    /// <summary>How many latencies are surely above <paramref name="nanoseconds"/>: those in its own bucket are not counted.</summary>
    public long CountAbove(long nanoseconds)
    {
        long above = 0;
        for (var bucket = BucketOf(Math.Max(0, nanoseconds)) + 1; bucket < _counts.Length; bucket++) above += Volatile.Read(ref _counts[bucket]);
        return above;
    }

    private static int BucketOf(long value)
    {
        if (value < SubBuckets) return (int)value;
        var octave = 63 - BitOperations.LeadingZeroCount((ulong)value) - SubBucketBits;
        return ((octave + 1) << SubBucketBits) + (int)((value >> octave) & (SubBuckets - 1));
    }

    private static long UpperBoundOf(int bucket)
    {
        if (bucket < SubBuckets) return bucket;
        var octave = (bucket >> SubBucketBits) - 1;
        var lower = (long)(SubBuckets + (bucket & (SubBuckets - 1))) << octave;
        return lower + (1L << octave) - 1;
    }
}
