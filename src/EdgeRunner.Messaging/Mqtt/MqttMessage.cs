namespace EdgeRunner.Messaging.Mqtt;

/// <summary>A received message. Owns its memory, so it may be kept.</summary>
/// <param name="Topic">Topic name.</param>
/// <param name="Payload">Never changed after it is handed out.</param>
/// <param name="QualityOfService">As delivered.</param>
/// <param name="Retained">The broker held it before the subscription was made.</param>
public sealed record MqttMessage(string Topic, ReadOnlyMemory<byte> Payload, MqttQualityOfService QualityOfService, bool Retained)
{
    /// <summary>Where an answer is expected, or null.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>To be sent back with the answer, or null.</summary>
    public ReadOnlyMemory<byte>? CorrelationData { get; init; }

    /// <summary>Content type, or null.</summary>
    public string? ContentType { get; init; }

    /// <summary>User properties in the order of the packet.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> UserProperties { get; init; } = [];
}
