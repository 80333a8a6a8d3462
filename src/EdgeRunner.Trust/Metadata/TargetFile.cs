using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Metadata;

/// <summary>What a targets role says about one target.</summary>
/// <param name="Length">Exact length in bytes.</param>
/// <param name="Digests">Digests of the content.</param>
/// <param name="Custom">What the application added; not read by TUF.</param>
public sealed record TargetFile(long Length, FileDigests Digests, JsonTree? Custom = null)
{
    internal static TargetFile Read(MetadataField field) => new(
        field.Member("length").Integer(min: 0),
        FileDigests.Read(field.Member("hashes")),
        field.Optional("custom")?.Tree);
}
