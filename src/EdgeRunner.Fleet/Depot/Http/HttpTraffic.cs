using EdgeRunner.Fleet.Depot.Fairness;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>What HTTP may take, and has taken. Thread-safe.</summary>
/// <remarks>Addresses are not told apart: whole fleets come from behind one.</remarks>
internal sealed class HttpTraffic(DepotOptions options, DepotCounters counters, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly TokenBucket _requests = new(options.MaxRate, 2.0 * options.MaxRate, timeProvider);
    private readonly long[] _byStatus = new long[6];
    private double _debt;
    private long _paidAt = timeProvider.GetTimestamp();
    private long _active;

    /// <summary>Answers with a status of hundred times the index.</summary>
    public IReadOnlyList<long> ByStatus
    {
        get
        {
            lock (_gate) return [.. _byStatus];
        }
    }

    /// <summary>Requests that are answered now.</summary>
    public long Active => Interlocked.Read(ref _active);

    /// <summary>A request begins.</summary>
    /// <param name="retryAfterSeconds">When it may not: how long to wait.</param>
    public bool TryBegin(out int retryAfterSeconds)
    {
        Interlocked.Increment(ref _active);
        lock (_gate)
        {
            var may = _requests.TryTake();
            retryAfterSeconds = may ? 0 : _requests.SecondsUntilNext();
            return may;
        }
    }

    /// <summary>A request ends, in whatever way.</summary>
    public void End(int status, long bytes)
    {
        Interlocked.Decrement(ref _active);
        counters.HttpRequest(bytes);
        lock (_gate) _byStatus[Math.Clamp(status / 100, 0, _byStatus.Length - 1)]++;
    }

    /// <summary>Waits until so many bytes may leave.</summary>
    public async ValueTask PaceAsync(int bytes, CancellationToken cancellationToken)
    {
        var perSecond = options.Http.MaxBytesPerSecond;
        if (perSecond == 0) return;
        TimeSpan wait;
        lock (_gate)
        {
            var now = timeProvider.GetTimestamp();
            // One second's worth may leave at once.
            _debt = Math.Max(-perSecond, _debt - (timeProvider.GetElapsedTime(_paidAt, now).TotalSeconds * perSecond)) + bytes;
            _paidAt = now;
            wait = TimeSpan.FromSeconds(_debt / perSecond);
        }
        if (wait > TimeSpan.Zero) await Task.Delay(wait, timeProvider, cancellationToken).ConfigureAwait(false);
    }
}
