using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates;

/// <summary>A release that signed metadata speaks of, and how to fetch it. Nothing of the bundle need be on this device.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Its version, for people.</param>
/// <param name="Number">Its release number: the order that counts.</param>
/// <param name="Target">The bundle as a target: length, digest, custom.</param>
/// <param name="Chunks">How to fetch it.</param>
internal sealed record Release(string Model, string Version, long Number, TargetMatch Target, ChunkFetch Chunks) : ListedRelease(Model, Version, Number, Target)
{
    /// <summary>The keys of an encrypted release; null when it is not encrypted.</summary>
    public TargetMatch? Keys { get; init; }
}
