namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Tells which faults of a connection are news. A broker that is away for a week must not fill the journal with one line for each attempt; that it is
/// still away is worth a line now and then.</summary>
internal sealed class FaultRepetition(TimeProvider timeProvider)
{
    /// <summary>How often the same fault is told.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private string? _told;
    private long _toldAt;
    private long _beganAt;
    private int _attempts;

    /// <summary>Counts one more fault.</summary>
    /// <returns>The words to tell, or null when the same was told a moment ago.</returns>
    internal string? Tell(MqttConnectionFault fault)
    {
        var now = timeProvider.GetTimestamp();
        _attempts++;
        if (!string.Equals(_told, fault.Message, StringComparison.Ordinal))
        {
            (_told, _toldAt, _beganAt, _attempts) = (fault.Message, now, now, 1);
            return fault.Message;
        }

        if (timeProvider.GetElapsedTime(_toldAt, now) < Interval) return null;
        _toldAt = now;
        return $"{fault.Message} ({_attempts} attempts in {Math.Round(timeProvider.GetElapsedTime(_beganAt, now).TotalMinutes):0} minutes.)";
    }

    /// <summary>The connection was up, and the log says so: its next fault is news.</summary>
    internal void OnConnected() => _told = null;
}
