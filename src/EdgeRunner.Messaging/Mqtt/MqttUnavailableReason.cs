namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Why a message could not be handed over.</summary>
public enum MqttUnavailableReason
{
    /// <summary>There was no connection when the call was made.</summary>
    NotConnected,

    /// <summary>The connection ended before the broker acknowledged. The broker may have the message.</summary>
    ConnectionLost,

    /// <summary>The outgoing queue is full and the options say to fail.</summary>
    QueueFull,

    /// <summary>The session is being closed.</summary>
    Stopped,
}
