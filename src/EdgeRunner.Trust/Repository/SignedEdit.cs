using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>Changes in the <c>signed</c> part of a file. Fields that we do not know stay as they are.</summary>
internal static class SignedEdit
{
    internal static JsonTree WithHeader(this JsonTree signed, long version, DateTimeOffset expires) =>
        signed.With("version", JsonTree.Of(version)).With("expires", JsonTree.Of(MetadataWriter.Date(expires))).With("spec_version", JsonTree.Of(MetadataHeader.WrittenSpecVersion));

    internal static JsonTree WithTarget(this JsonTree signed, string path, TargetFile? file)
    {
        var targets = signed.Find("targets")!;
        return signed.With("targets", targets.With(path, file is null ? null : MetadataWriter.Targets(Any, One(path, file)).Find("targets")!.Find(path)));
    }

    /// <summary>Sets a delegation: in its place when there is one of that name, else at the end. Keys that nobody uses any more go.</summary>
    internal static JsonTree WithDelegation(this JsonTree signed, TargetsMetadata old, DelegatedRole role, IEnumerable<PublicKey> keys)
    {
        var roles = (old.Delegations?.Roles ?? []).ToList();
        var at = roles.FindIndex(r => string.Equals(r.Name, role.Name, StringComparison.Ordinal));
        if (at < 0)
        {
            roles.Add(role);
        }
        else
        {
            roles[at] = role;
        }
        return signed.WithDelegations(old, roles, keys);
    }

    /// <summary>Takes a delegation away, with the keys that only it had.</summary>
    internal static JsonTree WithoutDelegation(this JsonTree signed, TargetsMetadata old, string role) =>
        signed.WithDelegations(old, [.. (old.Delegations?.Roles ?? []).Where(r => !string.Equals(r.Name, role, StringComparison.Ordinal))], []);

    private static JsonTree WithDelegations(this JsonTree signed, TargetsMetadata old, IReadOnlyList<DelegatedRole> roles, IEnumerable<PublicKey> keys)
    {
        var used = roles.SelectMany(r => r.Keys.KeyIds).ToHashSet(StringComparer.Ordinal);
        var table = (old.Delegations?.Keys.Values ?? []).Concat(keys).Where(k => used.Contains(k.KeyId)).DistinctBy(k => k.KeyId, StringComparer.Ordinal)
            .ToDictionary(k => k.KeyId, StringComparer.Ordinal);
        var written = MetadataWriter.Targets(Any, new Dictionary<string, TargetFile>(StringComparer.Ordinal), new Delegations(table, roles)).Find("delegations")!;
        return signed.With("delegations", signed.Find("delegations") is { } before
            ? before.With("keys", written.Find("keys")).With("roles", written.Find("roles"))
            : written);
    }

    internal static JsonTree WithRoleKeys(this JsonTree signed, RootMetadata old, string role, RoleKeys roleKeys, IEnumerable<PublicKey> keys)
    {
        var roles = old.Roles.ToDictionary(StringComparer.Ordinal);
        roles[role] = roleKeys;
        var used = roles.Values.SelectMany(r => r.KeyIds).ToHashSet(StringComparer.Ordinal);
        var written = MetadataWriter.Root(Any, old.Keys.Values.Concat(keys).Where(k => used.Contains(k.KeyId)), roles);
        return signed.With("keys", written.Find("keys")).With("roles", signed.Find("roles")!.With(role, written.Find("roles")!.Find(role)));
    }

    private static MetadataHeader Any { get; } = new(MetadataHeader.WrittenSpecVersion, 1, DateTimeOffset.UnixEpoch);

    private static Dictionary<string, TargetFile> One(string path, TargetFile file) => new(StringComparer.Ordinal) { [path] = file };
}
