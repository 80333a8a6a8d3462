namespace EdgeRunner.Fleet.Depot.Fairness;

/// <summary>So many a second, and so many at once. Not thread-safe.</summary>
/// <param name="perSecond">How fast it fills.</param>
/// <param name="burst">How much it holds; it begins full.</param>
/// <param name="timeProvider">Clock.</param>
internal sealed class TokenBucket(double perSecond, double burst, TimeProvider timeProvider)
{
    private double _taken;
    private long _filledAt = timeProvider.GetTimestamp();

    /// <summary>Takes one; false when it is empty.</summary>
    internal bool TryTake()
    {
        Fill();
        if (_taken > burst - 1) return false;
        _taken++;
        return true;
    }

    /// <summary>Whole seconds until one can be taken again; at least 1.</summary>
    internal ushort SecondsUntilNext()
    {
        Fill();
        return (ushort)Math.Clamp(Math.Ceiling((_taken - burst + 1) / perSecond), 1, 60);
    }

    private void Fill()
    {
        var now = timeProvider.GetTimestamp();
        _taken = Math.Max(0, _taken - (timeProvider.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
    }
}
