namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Last will: the broker publishes it when the connection ends without a goodbye.</summary>
public sealed record MqttWill
{
    /// <summary>Topic name, without wildcards.</summary>
    public required string Topic { get; init; }

    /// <summary>Payload; at most 65 535 bytes.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Default: at least once.</summary>
    public MqttQualityOfService QualityOfService { get; init; } = MqttQualityOfService.AtLeastOnce;

    /// <summary>Default: retained, so that who subscribes later sees it too.</summary>
    public bool Retain { get; init; } = true;

    /// <summary>The broker waits so long for the device to come back; whole seconds; default 0.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Publish the same message before a graceful disconnect, when the broker would not. Default true.</summary>
    public bool PublishOnGracefulStop { get; init; } = true;
}
