using System.Diagnostics;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>Every latency of a measurement, in nanoseconds. Memory is reserved between rounds; <see cref="Add"/> allocates nothing.</summary>
internal sealed class LatencySamples
{
    // Not static: in a native binary the first access to a static runs its constructor under a lock of 40 bytes, in the middle of the measured loop.
    private readonly double _nanosecondsPerTick = 1e9 / Stopwatch.Frequency;
    private readonly List<int> _roundEnds = [];
    private long[] _nanoseconds = [];
    private int _count;

    /// <summary>Latencies so far.</summary>
    public int Count => _count;

    /// <summary>True when the next <see cref="Add"/> has no room.</summary>
    public bool IsFull => _count == _nanoseconds.Length;

    /// <summary>Begins a round: makes room and touches its pages, so that no page fault lands in a measured loop.</summary>
    public void BeginRound(int room)
    {
        Array.Resize(ref _nanoseconds, _count + room);
        _nanoseconds.AsSpan(_count).Fill(-1);
    }

    /// <summary>One run, by two readings of <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public void Add(long begin, long end) => _nanoseconds[_count++] = Math.Max(0, (long)((end - begin) * _nanosecondsPerTick));

    /// <summary>Ends a round.</summary>
    public void EndRound() => _roundEnds.Add(_count);

    /// <summary>All latencies, ascending.</summary>
    public long[] Sorted()
    {
        var sorted = _nanoseconds[.._count];
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>A percentile of each round that has a run.</summary>
    public double[] ByRound(double fraction)
    {
        var values = new List<double>(_roundEnds.Count);
        var begin = 0;
        foreach (var end in _roundEnds)
        {
            var round = _nanoseconds[begin..end];
            Array.Sort(round);
            if (round.Length > 0) values.Add(Percentiles.Of(round, fraction));
            begin = end;
        }

        return [.. values];
    }
}
