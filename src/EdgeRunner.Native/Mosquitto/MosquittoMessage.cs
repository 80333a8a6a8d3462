namespace EdgeRunner.Native.Mosquitto;

/// <summary>A message from the broker. The memory belongs to the library and is valid only during the callback.</summary>
/// <param name="topic">UTF-8, without a terminating zero.</param>
/// <param name="payload">The payload as sent.</param>
/// <param name="qos">0 to 2.</param>
/// <param name="retained">The broker held it before this subscription was made.</param>
/// <param name="properties">MQTT 5 properties.</param>
public readonly ref struct MosquittoMessage(
    ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int qos, bool retained, MosquittoPropertyReader properties)
{
    /// <summary>UTF-8, without a terminating zero.</summary>
    public ReadOnlySpan<byte> Topic { get; } = topic;

    /// <summary>The payload as sent.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>0 to 2.</summary>
    public int Qos { get; } = qos;

    /// <summary>The broker held it before this subscription was made.</summary>
    public bool Retained { get; } = retained;

    /// <summary>MQTT 5 properties.</summary>
    public MosquittoPropertyReader Properties { get; } = properties;
}
