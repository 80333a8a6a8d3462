namespace EdgeRunner.Fleet.Depot.Grouping;

/// <summary>A device that asks for chunks of a release.</summary>
internal sealed class GroupMember
{
    /// <summary>Timestamp of its first request: it listens to what is sent to all since before then.</summary>
    internal required long JoinedAt { get; init; }

    /// <summary>Timestamp of its newest request.</summary>
    internal long AskedAt { get; set; }

    /// <summary>Response topic of its newest request, for bad news.</summary>
    internal string Topic { get; set; } = "";
}
