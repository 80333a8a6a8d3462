namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Quality of service. "Exactly once" is not offered: the receiver drops repeats by sequence number.</summary>
public enum MqttQualityOfService
{
    /// <summary>QoS 0: sent once, never acknowledged.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1: acknowledged by the broker; may arrive twice.</summary>
    AtLeastOnce = 1,
}
