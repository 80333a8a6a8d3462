using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>Who says who signs a role.</summary>
/// <param name="Delegator">E.g. <c>root v3</c>.</param>
/// <param name="RoleKeys">Key ids and threshold.</param>
/// <param name="Keys">The keys of the delegator.</param>
public sealed record RoleAuthority(string Delegator, RoleKeys RoleKeys, IReadOnlyDictionary<string, PublicKey> Keys)
{
    /// <summary>True when enough of the keys have signed.</summary>
    public bool IsMet(Envelope envelope) => SignatureVerifier.GoodSignatures(envelope, RoleKeys, Keys).Count >= RoleKeys.Threshold;

    internal static RoleAuthority Of(RootMetadata root, string role) => new($"root v{root.Header.Version}", root.Roles[role], root.Keys);
}
