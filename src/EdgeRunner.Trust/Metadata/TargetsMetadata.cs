namespace EdgeRunner.Trust.Metadata;

/// <summary>The targets role or a delegated one: which files there are, and who else may list some.</summary>
/// <param name="Header">Version and expiry.</param>
/// <param name="Targets">Target path to what is known of it.</param>
/// <param name="Delegations">Null when it hands nothing on.</param>
/// <param name="Envelope">The file.</param>
public sealed record TargetsMetadata(MetadataHeader Header, IReadOnlyDictionary<string, TargetFile> Targets, Delegations? Delegations, Envelope Envelope)
{
    /// <summary>Reads what the envelope holds. Checks the form only, no signature.</summary>
    /// <exception cref="MetadataException">The form is wrong.</exception>
    public static TargetsMetadata Read(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        MetadataHeader.CheckForm(envelope, RoleNames.Targets);
        var signed = new MetadataField(envelope.Role, "signed", envelope.Signed);
        var targets = signed.Member("targets").Fields().ToDictionary(f => f.Name, f => TargetFile.Read(f.Field), StringComparer.Ordinal);
        return new TargetsMetadata(MetadataHeader.Read(signed), targets,
            signed.Optional("delegations") is { } delegations ? Metadata.Delegations.Read(delegations) : null, envelope);
    }
}
