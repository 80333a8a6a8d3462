namespace EdgeRunner.Messaging.Mqtt;

/// <summary>A change of <see cref="MqttSession.State"/>.</summary>
/// <param name="state">The new state.</param>
/// <param name="sessionPresent">When connected: the broker still had the session, subscriptions included.</param>
/// <param name="fault">When not connected: why the last attempt or connection ended; null when there was none.</param>
public sealed class MqttConnectionChangedEventArgs(MqttSessionState state, bool sessionPresent, MqttConnectionFault? fault) : EventArgs
{
    /// <summary>The new state.</summary>
    public MqttSessionState State { get; } = state;

    /// <summary>When connected: the broker still had the session, subscriptions included.</summary>
    public bool SessionPresent { get; } = sessionPresent;

    /// <summary>When not connected: why the last attempt or connection ended; null when there was none.</summary>
    public MqttConnectionFault? Fault { get; } = fault;
}
