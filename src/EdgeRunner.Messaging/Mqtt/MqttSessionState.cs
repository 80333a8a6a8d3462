namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Where a session is on its way to the broker.</summary>
public enum MqttSessionState
{
    /// <summary>Not started, or closed.</summary>
    Stopped,

    /// <summary>TCP, TLS and CONNECT are under way.</summary>
    Connecting,

    /// <summary>The broker accepted.</summary>
    Connected,

    /// <summary>Waiting for the next attempt.</summary>
    Waiting,
}
