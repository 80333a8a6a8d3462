using System.Globalization;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>Decides when a transfer has failed: no new chunk for a while, or so few that it would never end. Not thread-safe.</summary>
internal sealed class TransferPace
{
    private readonly MqttTransportTimes _times;
    private readonly long _leastPerPeriod;
    private TimeSpan _lastTaken;
    private TimeSpan _busyUntil;
    private TimeSpan _busySince;
    private TimeSpan _periodEnds;
    private long _bytesInPeriod;

    /// <param name="times">How patient.</param>
    /// <param name="maxBytesPerSecond">Cap that was configured; 0 = none.</param>
    internal TransferPace(MqttTransportTimes times, long maxBytesPerSecond)
    {
        _times = times;
        _periodEnds = times.PacePeriod;
        var slowest = maxBytesPerSecond == 0 ? times.SlowestBytesPerSecond : Math.Min(times.SlowestBytesPerSecond, maxBytesPerSecond / 4);
        _leastPerPeriod = (long)(slowest * times.PacePeriod.TotalSeconds);
    }

    /// <summary>What else is known to be wrong, for the message; null for nothing.</summary>
    internal string? LastTrouble { get; set; }

    /// <summary>When <see cref="FindProblem"/> may have one.</summary>
    internal TimeSpan Deadline => Min(_periodEnds, Later(_lastTaken, _busyUntil) + _times.NoProgress);

    /// <summary>A chunk that was missing has come.</summary>
    internal void OnTaken(int bytes, TimeSpan now)
    {
        (_lastTaken, _busySince, LastTrouble) = (now, default, null);
        _bytesInPeriod += bytes;
    }

    /// <summary>The depot wants to be left alone for a while. That is no fault, unless it is all it ever says.</summary>
    internal void OnBusy(TimeSpan until, TimeSpan now)
    {
        if (_busySince == default) _busySince = now;
        // A period begins anew: nothing can come while nothing may be asked for.
        if (until <= _busySince + _times.Busy) (_busyUntil, _periodEnds, _bytesInPeriod) = (until, until + _times.PacePeriod, 0);
    }

    /// <summary>Why the transfer has failed; null while it has not.</summary>
    internal string? FindProblem(TimeSpan now)
    {
        var silent = now - Later(_lastTaken, _busyUntil);
        if (silent >= _times.NoProgress) return Words($"no new chunk for {(now - _lastTaken).TotalSeconds:0} s");
        if (now < _periodEnds) return null;
        if (_bytesInPeriod < _leastPerPeriod) return Words($"only {_bytesInPeriod} bytes in {_times.PacePeriod.TotalSeconds:0} s");
        (_periodEnds, _bytesInPeriod) = (now + _times.PacePeriod, 0);
        return null;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private string Words(FormattableString problem)
        => problem.ToString(CultureInfo.InvariantCulture) + (_busySince != default ? ", the depot says that it is busy" : "") + (LastTrouble is null ? "" : $" ({LastTrouble})");
}
