namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Why a connection could not be made, or ended, in words for the person who must repair it.</summary>
/// <param name="Reason">To branch on.</param>
/// <param name="Message">What happened at which address, and what to check.</param>
public sealed record MqttConnectionFault(MqttFaultReason Reason, string Message);
