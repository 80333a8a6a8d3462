using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates;

/// <summary>A release that signed metadata speaks of. Nothing of it need be on this device.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Its version, for people.</param>
/// <param name="Number">Its release number: the order that counts.</param>
/// <param name="Target">The bundle as a target: length, digest, custom.</param>
/// <param name="Chunks">How to fetch it.</param>
internal sealed record Release(string Model, string Version, long Number, TargetMatch Target, ChunkFetch Chunks)
{
    /// <summary>Lowest release of this model that may run anywhere; null when there is no such limit.</summary>
    public long? MinRelease { get; init; }

    /// <summary>The keys of an encrypted release; null when it is not encrypted.</summary>
    public TargetMatch? Keys { get; init; }

    /// <summary>What the release says that it needs of a device.</summary>
    public ReleaseNeeds Needs { get; init; } = new();

    /// <summary>Name and version, for messages.</summary>
    public string Title => $"{Model} {Version}";
}
