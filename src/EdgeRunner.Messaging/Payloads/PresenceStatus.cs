using System.Text.Json.Serialization;

namespace EdgeRunner.Messaging.Payloads;

/// <summary>Whether the daemon of a device has a connection.</summary>
public enum PresenceStatus
{
    /// <summary>No connection; written by the broker, or by the device before it goes.</summary>
    [JsonStringEnumMemberName("offline")]
    Offline,

    /// <summary>Connected.</summary>
    [JsonStringEnumMemberName("online")]
    Online,
}
