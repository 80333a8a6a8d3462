using System.Text.Json.Serialization;

namespace EdgeRunner.Fleet.Repository;

/// <summary>A model in a repository.</summary>
/// <param name="Name">Of the model.</param>
/// <param name="Version">Of the model, for people.</param>
/// <param name="Release">Its number among the releases of this model; the order that devices trust.</param>
/// <param name="MinRelease">The lowest release that devices may run, if there is one.</param>
/// <param name="SizeBytes">Of the bundle.</param>
/// <param name="UnpackedBytes">Of its files.</param>
/// <param name="Sha256">Of the bundle.</param>
/// <param name="Target">Its path.</param>
/// <param name="Role">Who signs for it.</param>
/// <param name="State"><c>published</c>, <c>staged</c>, or <c>removal staged</c>.</param>
internal sealed record ModelEntry(string Name, string Version, long Release, long? MinRelease, long SizeBytes, long? UnpackedBytes, string Sha256, string Target, string Role, string State)
{
    /// <summary>Chunks in which devices fetch it; null when it has no index: then they cannot.</summary>
    [JsonInclude]
    internal long? Chunks { get; init; }

    /// <summary>What it needs of a device; null when its target does not say so.</summary>
    [JsonInclude]
    internal ModelNeeds? Needs { get; init; }

    /// <summary>True when only devices with a key can read it; see docs/encryption.md.</summary>
    [JsonInclude]
    internal bool Encrypted { get; init; }

    /// <summary>True when a device must not run it any more.</summary>
    [JsonInclude]
    internal bool Revoked => MinRelease > Release;
}
