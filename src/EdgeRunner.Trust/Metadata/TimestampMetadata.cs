namespace EdgeRunner.Trust.Metadata;

/// <summary>The timestamp role: which snapshot is newest.</summary>
/// <param name="Header">Version and expiry.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Envelope">The file.</param>
public sealed record TimestampMetadata(MetadataHeader Header, MetaFile Snapshot, Envelope Envelope)
{
    /// <summary>Reads what the envelope holds. Checks the form only, no signature.</summary>
    /// <exception cref="MetadataException">The form is wrong, or it describes something beside <c>snapshot.json</c>.</exception>
    public static TimestampMetadata Read(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        MetadataHeader.CheckForm(envelope, RoleNames.Timestamp);
        var signed = new MetadataField(envelope.Role, "signed", envelope.Signed);
        var meta = signed.Member("meta");
        var snapshot = MetaFile.Read(meta.Member("snapshot.json"));
        return meta.Members.Count == 1
            ? new TimestampMetadata(MetadataHeader.Read(signed), snapshot, envelope)
            : throw meta.Wrong("only snapshot.json", $"{meta.Members.Count} entries");
    }
}
