namespace EdgeRunner.Device.Sensors;

/// <summary>Waits between two starts: doubling up to a cap, each between half and the whole of it, so that boards that lost the same thing
/// at the same time do not come back at the same time.</summary>
internal sealed class RestartBackoff(RestartOptions options, Random random)
{
    private double _milliseconds = options.InitialMs;

    /// <summary>The next wait.</summary>
    public TimeSpan Next()
    {
        var wait = TimeSpan.FromMilliseconds(_milliseconds * (0.5 + (random.NextDouble() / 2)));
        _milliseconds = Math.Min(_milliseconds * 2, options.MaxMs);
        return wait;
    }

    /// <summary>Begins anew: the source has run well for a while.</summary>
    public void Reset() => _milliseconds = options.InitialMs;
}
