namespace EdgeRunner.Device.Telemetry;

/// <summary>Limits a flow to a mean rate. Goes into debt for an item larger than what is left, so any size passes and the mean still holds.
/// Not thread-safe.</summary>
internal sealed class TokenBucket
{
    private readonly double _perSecond;
    private readonly TimeProvider _timeProvider;
    private double _tokens;
    private long _filledAt;

    /// <param name="perSecond">Tokens gained per second; also the most it holds, so a burst is one second's worth.</param>
    /// <param name="timeProvider">The clock.</param>
    internal TokenBucket(double perSecond, TimeProvider timeProvider)
    {
        _perSecond = perSecond;
        _timeProvider = timeProvider;
        _tokens = perSecond;
        _filledAt = timeProvider.GetTimestamp();
    }

    /// <summary>True when something may pass now.</summary>
    internal bool HasTokens
    {
        get
        {
            Fill();
            return _tokens > 0;
        }
    }

    /// <summary>Time until <see cref="HasTokens"/>; zero when it is so already.</summary>
    internal TimeSpan Delay
    {
        get
        {
            Fill();
            // A token more than the debt, rounded up to a millisecond, so that the wait is over when it is over.
            return _tokens > 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling((1 - _tokens) / _perSecond * 1000));
        }
    }

    internal void Take(long tokens) => _tokens -= tokens;

    private void Fill()
    {
        var now = _timeProvider.GetTimestamp();
        _tokens = Math.Min(_perSecond, _tokens + (_timeProvider.GetElapsedTime(_filledAt, now).TotalSeconds * _perSecond));
        _filledAt = now;
    }
}
