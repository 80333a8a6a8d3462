namespace EdgeRunner.Messaging.Mqtt;

/// <summary>A message was not acknowledged. Send it again later; the session reconnects by itself.</summary>
/// <remarks>Only for trouble that passes. A message the broker will not take is <see cref="MqttRefusedException"/>.</remarks>
/// <param name="reason">To branch on.</param>
/// <param name="detail">Values for people.</param>
public sealed class MqttUnavailableException(MqttUnavailableReason reason, string detail)
    : MqttException($"The broker did not acknowledge the message ({reason}): {detail}", innerException: null)
{
    /// <summary>Why.</summary>
    public MqttUnavailableReason Reason { get; } = reason;
}
