namespace EdgeRunner.Messaging.Mqtt;

/// <summary>The broker refused a message or a subscription, or would refuse it; the connection stays up. Sending it again will not help.</summary>
/// <param name="reasonCode">MQTT 5 reason code, 128 to 255: 135 not authorised, 149 packet too large, 151 quota exceeded.</param>
/// <param name="detail">What was refused, and the broker's words.</param>
public sealed class MqttRefusedException(int reasonCode, string detail)
    : MqttException($"Refused (reason code {reasonCode}): {detail}", innerException: null)
{
    /// <summary>MQTT 5 reason code, 128 to 255 (MQTT 5.0, section 2.4); 16 with <see cref="MqttPublishOptions.NeedsSubscriber"/>.</summary>
    public int ReasonCode { get; } = reasonCode;
}
