namespace EdgeRunner.Messaging.Mqtt;

/// <summary>How one message is published. Immutable; keep and share instances.</summary>
public sealed record MqttPublishOptions
{
    /// <summary>QoS 1, not retained.</summary>
    public static MqttPublishOptions AtLeastOnce { get; } = new();

    /// <summary>QoS 1, retained: the broker hands the last message to every new subscriber.</summary>
    public static MqttPublishOptions Retained { get; } = new() { Retain = true };

    /// <summary>QoS 0, not retained.</summary>
    public static MqttPublishOptions AtMostOnce { get; } = new() { QualityOfService = MqttQualityOfService.AtMostOnce };

    /// <summary>Default: at least once.</summary>
    public MqttQualityOfService QualityOfService { get; init; } = MqttQualityOfService.AtLeastOnce;

    /// <summary>The broker keeps the message for later subscribers; an empty payload removes it.</summary>
    public bool Retain { get; init; }

    /// <summary>At QoS 1: a message that reaches nobody fails with <see cref="MqttRefusedException"/>, reason code 16, when the broker says so; it need not.</summary>
    public bool NeedsSubscriber { get; init; }

    /// <summary>The broker drops the message when it could not be delivered for so long; whole seconds; null never.</summary>
    public TimeSpan? MessageExpiry { get; init; }

    /// <summary>E.g. <c>application/json</c>; null for none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Where an answer is expected; null for none.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>Comes back with the answer; at most 65 535 bytes; null for none.</summary>
    public ReadOnlyMemory<byte>? CorrelationData { get; init; }

    /// <summary>User properties.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> UserProperties { get; init; } = [];

    internal bool HasProperties
        => MessageExpiry is not null || ContentType is not null || ResponseTopic is not null || CorrelationData is not null || UserProperties.Count > 0;
}
