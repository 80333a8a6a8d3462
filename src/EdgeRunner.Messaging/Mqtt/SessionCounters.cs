namespace EdgeRunner.Messaging.Mqtt;

/// <summary>The numbers behind <see cref="MqttSessionStatistics"/>; fields, because <see cref="Interlocked"/> takes references.</summary>
internal sealed class SessionCounters
{
    internal long Acknowledged;
    internal long Refused;
    internal long Unavailable;
    internal long Received;
    internal long Dropped;
    internal long Unmatched;
    internal long HandlerFailures;
    internal long Connections;
    internal long FailedAttempts;
}
