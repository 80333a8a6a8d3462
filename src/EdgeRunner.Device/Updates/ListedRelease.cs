using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates;

/// <summary>What signed metadata alone says of a release: nothing was fetched for it.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Its version, for people.</param>
/// <param name="Number">Its release number: the order that counts.</param>
/// <param name="Target">The bundle as a target: length, digest, custom.</param>
internal record ListedRelease(string Model, string Version, long Number, TargetMatch Target)
{
    /// <summary>Lowest release of this model that may run anywhere; null when there is no such limit.</summary>
    public long? MinRelease { get; init; }

    /// <summary>What the release says that it needs of a device.</summary>
    public ReleaseNeeds Needs { get; init; } = new();

    /// <summary>Name and version, for messages.</summary>
    public string Title => $"{Model} {Version}";
}
