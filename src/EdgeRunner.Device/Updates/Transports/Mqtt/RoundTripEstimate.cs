namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>How long an answer takes, from those that came: smoothed mean plus four mean deviations (RFC 6298, section 2).</summary>
internal sealed class RoundTripEstimate
{
    private TimeSpan _mean;
    private TimeSpan _deviation;
    private bool _any;

    /// <summary>An answer that takes longer is late; zero before the first one.</summary>
    internal TimeSpan Late => _mean + (_deviation * 4);

    /// <summary>One answer took so long.</summary>
    internal void Add(TimeSpan sample)
    {
        if (!_any)
        {
            (_any, _mean, _deviation) = (true, sample, sample / 2);
            return;
        }

        _deviation = (_deviation * 0.75) + ((_mean - sample).Duration() * 0.25);
        _mean = (_mean * 0.875) + (sample * 0.125);
    }
}
