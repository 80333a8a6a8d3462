using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Client;

/// <summary>The rules for a root: the first is verified by itself, each next one by itself and by the one before.</summary>
internal static class TrustedRoot
{
    /// <summary>Verifies a root that came by a trusted way against its own keys.</summary>
    internal static RootMetadata Verify(ReadOnlyMemory<byte> bytes)
    {
        var root = RootMetadata.Read(Envelope.Parse(RoleNames.Root, bytes));
        Require(root.Envelope, root);
        return root;
    }

    /// <summary>Verifies the next root.</summary>
    internal static RootMetadata VerifyNext(ReadOnlyMemory<byte> bytes, RootMetadata current)
    {
        var envelope = Envelope.Parse(RoleNames.Root, bytes);
        MetadataHeader.CheckForm(envelope, RoleNames.Root);
        Require(envelope, current); // before anything more of it is read
        var next = RootMetadata.Read(envelope);
        Require(envelope, next);
        var expected = current.Header.Version + 1;
        return next.Header.Version == expected
            ? next
            : throw new MetadataException(TrustFailure.VersionMismatch, RoleNames.Root, next.Header.Version, $"version {expected}", $"{next.Header.Version}");
    }

    /// <summary>True when the keys of timestamp or snapshot are others than before.</summary>
    internal static bool RotatesOnlineKeys(RootMetadata current, RootMetadata next) =>
        !current.Roles[RoleNames.Timestamp].HasSameKeys(next.Roles[RoleNames.Timestamp]) ||
        !current.Roles[RoleNames.Snapshot].HasSameKeys(next.Roles[RoleNames.Snapshot]);

    private static void Require(Envelope envelope, RootMetadata root) =>
        SignatureVerifier.Require(envelope, root.Roles[RoleNames.Root], root.Keys, $"root v{root.Header.Version}");
}
