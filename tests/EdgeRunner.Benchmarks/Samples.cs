using System.Diagnostics;

namespace EdgeRunner.Benchmarks;

/// <summary>Times of one loop in nanoseconds. The memory is there before the loop begins.</summary>
internal sealed class Samples
{
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;
    private readonly long[] _nanoseconds;
    private int _count;

    internal Samples(int capacity)
    {
        _nanoseconds = new long[capacity];
        Array.Fill(_nanoseconds, -1); // touches its pages
    }

    internal void Add(long startTimestamp, long endTimestamp) => _nanoseconds[_count++] = (long)((endTimestamp - startTimestamp) * NanosecondsPerTick);

    internal Quantiles Summarize()
    {
        var sorted = _nanoseconds.AsSpan(0, _count);
        sorted.Sort();
        return new Quantiles(_count, At(0.5), At(0.9), At(0.99), At(0.999), _nanoseconds[_count - 1]);

        // Nearest rank, as in native/ort_loop.c.
        long At(double q) => _nanoseconds[Math.Max(1, (int)Math.Ceiling(q * _count)) - 1];
    }
}
