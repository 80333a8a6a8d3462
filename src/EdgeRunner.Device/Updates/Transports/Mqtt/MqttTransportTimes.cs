namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>How patient the road over the broker is. All but tests use these.</summary>
internal sealed record MqttTransportTimes
{
    /// <summary>Longest wait for the connection.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Wait for the first answer to a question, and for each further part; doubled with each repeat. All of them together stay below the patience of the TUF client, which would say less.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a whole file is asked for.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>A whole file may take so long, and a second more for each <see cref="SlowestBytesPerSecond"/> of its length.</summary>
    public TimeSpan WholeFile { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A depot that says it is busy is believed for so long, in all.</summary>
    public TimeSpan Busy { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Chunks: shortest wait before one is taken for lost. Longer than a depot collects requests (0.5 s), or grouping would be undone by repairs.</summary>
    public TimeSpan LeastChunkWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The same for a chunk that is asked for again, which a depot answers at once.</summary>
    public TimeSpan LeastRepairWait { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Longest of these waits.</summary>
    public TimeSpan LongestChunkWait { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A transfer ends when no new chunk came for so long.</summary>
    public TimeSpan NoProgress { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A transfer that is slower than this over <see cref="PacePeriod"/> has failed, unless it is capped below four times of it: a drip is no road.</summary>
    public int SlowestBytesPerSecond { get; init; } = 1024;

    /// <summary>See <see cref="SlowestBytesPerSecond"/>.</summary>
    public TimeSpan PacePeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The connection is closed when nothing was asked for so long.</summary>
    public TimeSpan IdleClose { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>First bound of the wait between two attempts to connect.</summary>
    public TimeSpan ReconnectInitial { get; init; } = TimeSpan.FromMilliseconds(500);
}
