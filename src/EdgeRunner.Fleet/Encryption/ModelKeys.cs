namespace EdgeRunner.Fleet.Encryption;

/// <summary>The secrets of one model: a file <c>NAME.json</c> of mode 0600 in the directory of model keys.</summary>
/// <param name="Format">Always 1.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="ChunkSecret">What the next version in mode chunked takes; null when there is none yet, or it was given up.</param>
/// <param name="Releases">Keys of the versions that were encrypted, by release.</param>
internal sealed record ModelKeys(int Format, string Model, ChunkSecret? ChunkSecret, IReadOnlyList<EncryptedRelease> Releases)
{
    internal const int CurrentFormat = 1;

    internal EncryptedRelease? Find(string version) => Releases.FirstOrDefault(r => string.Equals(r.Version, version, StringComparison.Ordinal));

    /// <summary>With one release set or replaced.</summary>
    internal ModelKeys With(EncryptedRelease release) => this with
    {
        Releases = [.. Releases.Where(r => !string.Equals(r.Version, release.Version, StringComparison.Ordinal)).Append(release).OrderBy(r => r.Release)],
    };
}
