namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Counters since the session was made. Read without locks, so the numbers of one snapshot may differ by a message.</summary>
/// <param name="Acknowledged">Publishes that completed: PUBACK, or written at QoS 0.</param>
/// <param name="Refused">Publishes the broker refused.</param>
/// <param name="Unavailable">Publishes that failed because the connection was absent or lost.</param>
/// <param name="Received">Messages that arrived.</param>
/// <param name="Dropped">Of these, dropped because a handler was too slow.</param>
/// <param name="Unmatched">Of these, for no subscription of this session.</param>
/// <param name="HandlerFailures">Handlers that threw.</param>
/// <param name="Connections">Connections made.</param>
/// <param name="FailedAttempts">Attempts that failed.</param>
/// <param name="QueuedMessages">Publishes accepted and not yet completed, now.</param>
/// <param name="QueuedBytes">Their bytes, now.</param>
public readonly record struct MqttSessionStatistics(
    long Acknowledged, long Refused, long Unavailable, long Received, long Dropped, long Unmatched, long HandlerFailures,
    long Connections, long FailedAttempts, int QueuedMessages, long QueuedBytes);
