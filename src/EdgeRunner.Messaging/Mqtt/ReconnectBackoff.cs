namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Full jitter: a delay drawn evenly between 0 and a bound that doubles at each failure up to a cap, so that a fleet does not come
/// back in step. The bound starts anew only after a connection that lasted; one that breaks at once would else be retried without end.</summary>
/// <param name="initial">First bound.</param>
/// <param name="cap">Highest bound.</param>
/// <param name="stableAfter">Life of a connection that starts the bound anew.</param>
/// <param name="random">0 (included) to 1 (excluded).</param>
/// <seealso href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/"/>
internal sealed class ReconnectBackoff(TimeSpan initial, TimeSpan cap, TimeSpan stableAfter, Func<double> random)
{
    private int _failures;

    /// <summary>The bound of the next delay.</summary>
    internal TimeSpan Bound
    {
        get
        {
            // 40 doublings of 1 ms are 35 years: past that the product would overflow, and every cap is reached.
            var doubled = initial.Ticks * Math.Pow(2, Math.Min(_failures, 40));
            return doubled >= cap.Ticks ? cap : TimeSpan.FromTicks((long)doubled);
        }
    }

    /// <summary>A connection ended that had lasted so long.</summary>
    internal void OnConnectionEnded(TimeSpan lasted)
    {
        if (lasted >= stableAfter) _failures = 0;
    }

    /// <summary>The delay before the next attempt; counts one more failure.</summary>
    internal TimeSpan Next()
    {
        var delay = Bound * random();
        _failures++;
        return delay;
    }
}
