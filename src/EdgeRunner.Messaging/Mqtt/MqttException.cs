namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Base of what <see cref="MqttSession"/> throws about messages.</summary>
/// <param name="message">What failed and what still holds.</param>
/// <param name="innerException">The cause, or null.</param>
public abstract class MqttException(string message, Exception? innerException) : Exception(message, innerException);
