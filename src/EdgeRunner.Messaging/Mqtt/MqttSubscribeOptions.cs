namespace EdgeRunner.Messaging.Mqtt;

/// <summary>How a subscription receives.</summary>
public sealed record MqttSubscribeOptions
{
    /// <summary>Highest quality of service the broker delivers with. Default: at least once.</summary>
    public MqttQualityOfService QualityOfService { get; init; } = MqttQualityOfService.AtLeastOnce;

    /// <summary>Messages that may wait for the handler; 1 to 1 000 000. Past it <see cref="WhenFull"/> drops and counts. Default 1024.</summary>
    public int QueueCapacity { get; init; } = 1024;

    /// <summary>Payload bytes that may wait for the handler; 1 to 1 GiB. One message is always taken. Default 8 MiB.</summary>
    public long QueueCapacityBytes { get; init; } = 8L << 20;

    /// <summary>Which message goes when the queue is full. Default: the oldest.</summary>
    public MqttOverflow WhenFull { get; init; } = MqttOverflow.DropOldest;

    /// <summary>Do not receive what this session published itself.</summary>
    public bool NoLocal { get; init; }

    /// <summary>What is wrong, with value and range; null when nothing is.</summary>
    internal string? FindProblem()
    {
        const int maxMessages = 1_000_000;
        const long maxBytes = 1L << 30;
        if (QueueCapacity is < 1 or > maxMessages) return $"QueueCapacity is {QueueCapacity}; accepted: 1 to {maxMessages}";
        if (QueueCapacityBytes is < 1 or > maxBytes) return $"QueueCapacityBytes is {QueueCapacityBytes}; accepted: 1 to {maxBytes}";
        return null;
    }
}
