using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Fleet.Devices;

/// <summary>What is known of a device from its retained messages. All text in it can be shown.</summary>
/// <param name="Id">From the topic, which the broker lets nobody else write.</param>
internal sealed record DeviceView(string Id)
{
    /// <summary>Null when it never connected.</summary>
    public PresencePayload? Presence { get; init; }

    /// <summary>Null when it never reported.</summary>
    public ReportPayload? Report { get; init; }

    /// <summary>What is wrong with its last message; null when nothing is.</summary>
    public string? Problem { get; init; }

    internal bool IsOnline => Presence?.Status is PresenceStatus.Online;

    /// <summary>Presence does not say when a connection ended: a last will is written when it is made.</summary>
    internal DateTimeOffset? LastReport => Report?.Clock is { Synchronized: true } clock ? clock.Utc : null;

    internal string? Group => Report?.Group;

    /// <summary>Version of a model that serves; null when none does or it is not known.</summary>
    internal string? Running(string model) => Report?.Models.FirstOrDefault(m => string.Equals(m.Name, model, StringComparison.Ordinal))?.Active;

    internal UpdateReport? Update(string model) => Report?.Updates?.FirstOrDefault(u => string.Equals(u.Model, model, StringComparison.Ordinal));
}
