using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Updates.Transports.Http;

/// <summary>Holds all requests together to a mean rate. Thread-safe.</summary>
/// <param name="bytesPerSecond">0 = no limit.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class RateLimit(long bytesPerSecond, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly TokenBucket? _bucket = bytesPerSecond > 0 ? new TokenBucket(bytesPerSecond, timeProvider) : null;

    /// <summary>Waits until something may be read.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (_bucket is not null)
        {
            TimeSpan delay;
            lock (_gate) delay = _bucket.Delay;
            if (delay == TimeSpan.Zero) return;
            await Task.Delay(delay, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Counts what was read.</summary>
    public void Take(int bytes)
    {
        if (_bucket is null) return;
        lock (_gate) _bucket.Take(bytes);
    }
}
