namespace EdgeRunner.Trust.Metadata;

/// <summary>What timestamp says about the snapshot, or snapshot about a targets role.</summary>
/// <param name="Version">The version that is current.</param>
/// <param name="Length">Exact length in bytes, when stated.</param>
/// <param name="Digests">Digests of the file, when stated.</param>
public sealed record MetaFile(long Version, long? Length = null, FileDigests? Digests = null)
{
    internal static MetaFile Read(MetadataField field) => new(
        field.Member("version").Integer(min: 1),
        field.Optional("length")?.Integer(min: 0),
        field.Optional("hashes") is { } hashes ? FileDigests.Read(hashes) : null);
}
