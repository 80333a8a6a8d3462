namespace EdgeRunner.Trust.Metadata;

/// <summary>The snapshot role: the current version of every targets role.</summary>
/// <param name="Header">Version and expiry.</param>
/// <param name="Meta">File name (<c>targets.json</c>, <c>models/vision.json</c>, not percent-encoded) to its version.</param>
/// <param name="Envelope">The file.</param>
public sealed record SnapshotMetadata(MetadataHeader Header, IReadOnlyDictionary<string, MetaFile> Meta, Envelope Envelope)
{
    /// <summary>What is said of a role; null when it is not listed.</summary>
    public MetaFile? Find(string role) => Meta.GetValueOrDefault(role + ".json");

    /// <summary>Reads what the envelope holds. Checks the form only, no signature.</summary>
    /// <exception cref="MetadataException">The form is wrong.</exception>
    public static SnapshotMetadata Read(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        MetadataHeader.CheckForm(envelope, RoleNames.Snapshot);
        var signed = new MetadataField(envelope.Role, "signed", envelope.Signed);
        var meta = signed.Member("meta").Fields().ToDictionary(f => f.Name, f => MetaFile.Read(f.Field), StringComparer.Ordinal);
        return new SnapshotMetadata(MetadataHeader.Read(signed), meta, envelope);
    }
}
