using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Metadata;

/// <summary>To whom a targets role hands on.</summary>
/// <param name="Keys">By key id.</param>
/// <param name="Roles">In the order in which they are asked; no name twice.</param>
public sealed record Delegations(IReadOnlyDictionary<string, PublicKey> Keys, IReadOnlyList<DelegatedRole> Roles)
{
    internal static Delegations Read(MetadataField field)
    {
        if (field.Optional("succinct_roles") is { } succinct)
        {
            throw succinct.Wrong("roles", "succinct_roles (TAP 15), which this client does not know");
        }
        var roles = field.Member("roles");
        var list = roles.Items().Select(DelegatedRole.Read).ToArray();
        return list.Select(r => r.Name).ToHashSet(StringComparer.Ordinal).Count == list.Length
            ? new Delegations(KeyTable.Read(field.Member("keys")), list)
            : throw roles.Wrong("each role once", "one of them twice");
    }
}
