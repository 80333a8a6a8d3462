using EdgeRunner.Trust;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Depot.Timestamps;

/// <summary>A timestamp file: the bytes that devices get, and what they say.</summary>
/// <param name="Raw">As on disk or on the broker.</param>
/// <param name="Metadata">Its form is checked, its signatures are not.</param>
internal sealed record TimestampReading(ReadOnlyMemory<byte> Raw, TimestampMetadata Metadata)
{
    /// <summary>Longest one that devices take.</summary>
    internal const int MaxBytes = 16 << 10;

    /// <summary>Its version.</summary>
    internal long Version => Metadata.Header.Version;

    /// <summary>Whether it is word for word the same.</summary>
    internal bool IsSame(ReadOnlySpan<byte> other) => Raw.Span.SequenceEqual(other);

    /// <summary>Reads one.</summary>
    /// <exception cref="MetadataException">It is none.</exception>
    internal static TimestampReading Parse(ReadOnlyMemory<byte> raw) =>
        raw.Length <= MaxBytes
            ? new TimestampReading(raw, TimestampMetadata.Read(Envelope.Parse(RoleNames.Timestamp, raw)))
            : throw new MetadataException(TrustFailure.TooLong, RoleNames.Timestamp, version: null, $"at most {MaxBytes} bytes", $"{raw.Length}");

    /// <summary>Whether enough keys of the role have signed it, as a root says.</summary>
    internal bool IsSignedFor(RootMetadata root) => new RoleAuthority(RoleNames.Root, root.Roles[RoleNames.Timestamp], root.Keys).IsMet(Metadata.Envelope);
}
