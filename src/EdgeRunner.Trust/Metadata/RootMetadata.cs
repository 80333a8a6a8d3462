using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Metadata;

/// <summary>The root role: whose keys are whose.</summary>
/// <param name="Header">Version and expiry.</param>
/// <param name="ConsistentSnapshot">True when snapshot and targets files have their version before their name, and targets their digest.</param>
/// <param name="Keys">By key id.</param>
/// <param name="Roles">At least the four top-level roles.</param>
/// <param name="Envelope">The file.</param>
public sealed record RootMetadata(MetadataHeader Header, bool ConsistentSnapshot, IReadOnlyDictionary<string, PublicKey> Keys,
    IReadOnlyDictionary<string, RoleKeys> Roles, Envelope Envelope)
{
    /// <summary>Reads what the envelope holds. Checks the form only, no signature.</summary>
    /// <exception cref="MetadataException">The form is wrong.</exception>
    public static RootMetadata Read(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        MetadataHeader.CheckForm(envelope, RoleNames.Root);
        var signed = new MetadataField(envelope.Role, "signed", envelope.Signed);
        var roles = new Dictionary<string, RoleKeys>(StringComparer.Ordinal);
        var field = signed.Member("roles");
        foreach (var name in (ReadOnlySpan<string>)[RoleNames.Root, RoleNames.Timestamp, RoleNames.Snapshot, RoleNames.Targets])
        {
            roles.Add(name, RoleKeys.Read(field.Member(name)));
        }
        return new RootMetadata(MetadataHeader.Read(signed), signed.Optional("consistent_snapshot")?.Boolean() ?? false,
            KeyTable.Read(signed.Member("keys")), roles, envelope);
    }
}
