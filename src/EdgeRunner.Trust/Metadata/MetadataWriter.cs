using System.Globalization;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Metadata;

/// <summary>Makes the <c>signed</c> part of new metadata. To change what there is and keep fields that we do not know, start from the old tree and
/// <see cref="JsonTree.With"/>.</summary>
public static class MetadataWriter
{
    /// <summary>A root.</summary>
    public static JsonTree Root(MetadataHeader header, IEnumerable<PublicKey> keys, IReadOnlyDictionary<string, RoleKeys> roles,
        bool consistentSnapshot = true) => Header(RoleNames.Root, header, new(StringComparer.Ordinal)
        {
            ["consistent_snapshot"] = JsonTree.Of(consistentSnapshot),
            ["keys"] = Keys(keys),
            ["roles"] = JsonTree.Of(roles.ToDictionary(r => r.Key, r => JsonTree.Of(RoleMembers(r.Value)), StringComparer.Ordinal)),
        });

    /// <summary>A timestamp.</summary>
    public static JsonTree Timestamp(MetadataHeader header, MetaFile snapshot) => Header(RoleNames.Timestamp, header, new(StringComparer.Ordinal)
    {
        ["meta"] = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["snapshot.json"] = Meta(snapshot) }),
    });

    /// <summary>A snapshot.</summary>
    /// <param name="header">Version and expiry.</param>
    /// <param name="meta">File name, not percent-encoded, to its version.</param>
    public static JsonTree Snapshot(MetadataHeader header, IReadOnlyDictionary<string, MetaFile> meta) =>
        Header(RoleNames.Snapshot, header, new(StringComparer.Ordinal)
        {
            ["meta"] = JsonTree.Of(meta.ToDictionary(m => m.Key, m => Meta(m.Value), StringComparer.Ordinal)),
        });

    /// <summary>The targets role, or a delegated one.</summary>
    public static JsonTree Targets(MetadataHeader header, IReadOnlyDictionary<string, TargetFile> targets, Delegations? delegations = null)
    {
        var members = new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            ["targets"] = JsonTree.Of(targets.ToDictionary(t => t.Key, t => Target(t.Value), StringComparer.Ordinal)),
        };
        if (delegations is not null)
        {
            members["delegations"] = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)
            {
                ["keys"] = Keys(delegations.Keys.Values),
                ["roles"] = JsonTree.Of(delegations.Roles.Select(Delegated).ToArray()),
            });
        }
        return Header(RoleNames.Targets, header, members);
    }

    /// <summary>A date as metadata has it; parts of a second are cut off.</summary>
    public static string Date(DateTimeOffset date) => date.ToUniversalTime().ToString(MetadataHeader.DateFormat, CultureInfo.InvariantCulture);

    private static JsonTree Header(string type, MetadataHeader header, Dictionary<string, JsonTree> members)
    {
        members["_type"] = JsonTree.Of(type);
        members["spec_version"] = JsonTree.Of(header.SpecVersion);
        members["version"] = JsonTree.Of(header.Version);
        members["expires"] = JsonTree.Of(Date(header.Expires));
        return JsonTree.Of(members);
    }

    private static JsonTree Keys(IEnumerable<PublicKey> keys) =>
        JsonTree.Of(keys.DistinctBy(k => k.KeyId, StringComparer.Ordinal).ToDictionary(k => k.KeyId, k => k.Source, StringComparer.Ordinal));

    private static Dictionary<string, JsonTree> RoleMembers(RoleKeys role) => new(StringComparer.Ordinal)
    {
        ["keyids"] = JsonTree.OfTexts(role.KeyIds),
        ["threshold"] = JsonTree.Of(role.Threshold),
    };

    private static JsonTree Delegated(DelegatedRole role)
    {
        var members = RoleMembers(role.Keys);
        members["name"] = JsonTree.Of(role.Name);
        members["terminating"] = JsonTree.Of(role.Terminating);
        if (role.Paths is not null)
        {
            members["paths"] = JsonTree.OfTexts(role.Paths);
        }
        if (role.PathHashPrefixes is not null)
        {
            members["path_hash_prefixes"] = JsonTree.OfTexts(role.PathHashPrefixes);
        }
        return JsonTree.Of(members);
    }

    private static JsonTree Meta(MetaFile file)
    {
        var members = new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["version"] = JsonTree.Of(file.Version) };
        if (file.Length is { } length)
        {
            members["length"] = JsonTree.Of(length);
        }
        if (file.Digests is { } digests)
        {
            members["hashes"] = Digests(digests);
        }
        return JsonTree.Of(members);
    }

    private static JsonTree Target(TargetFile file)
    {
        var members = new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["length"] = JsonTree.Of(file.Length), ["hashes"] = Digests(file.Digests) };
        if (file.Custom is not null)
        {
            members["custom"] = file.Custom;
        }
        return JsonTree.Of(members);
    }

    private static JsonTree Digests(FileDigests digests) =>
        JsonTree.Of(digests.All.ToDictionary(d => d.Key, d => JsonTree.Of(d.Value), StringComparer.Ordinal));
}
