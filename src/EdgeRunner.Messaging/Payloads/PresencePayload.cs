namespace EdgeRunner.Messaging.Payloads;

/// <summary>Payload of <c>device/{id}/presence</c>.</summary>
/// <param name="Status">Online or offline.</param>
/// <param name="Device">Device id.</param>
/// <param name="Boot">Boot id of the kernel the daemon runs on.</param>
/// <param name="Version">Version of the daemon.</param>
/// <param name="Since">When the connection was made. In a last will: when the daemon began to connect, as the broker has no better.</param>
public sealed record PresencePayload(PresenceStatus Status, string Device, string Boot, string Version, ClockReading Since)
{
    /// <summary>Version of this payload.</summary>
    public int V { get; init; } = 1;
}
