namespace EdgeRunner.Messaging.Mqtt;

/// <summary>What a publish does when the outgoing queue is full.</summary>
public enum MqttQueueFullMode
{
    /// <summary>Waits for space, without holding a thread.</summary>
    Wait,

    /// <summary>Fails at once with <see cref="MqttUnavailableReason.QueueFull"/>.</summary>
    Fail,
}
