namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Reads a message where it lies. Runs on the network thread: while it runs nothing is received or sent, and the broker is slowed down by TCP.</summary>
/// <param name="topic">Topic name.</param>
/// <param name="payload">Valid only during the call.</param>
public delegate void MqttInlineHandler(string topic, ReadOnlySpan<byte> payload);
