using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>A repository in memory, with all its keys, that can publish anything: right things, and what an attacker would.</summary>
internal sealed class RepositorySimulator : IMetadataFetcher, ITargetFetcher
{
    internal static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, MetaFile> _meta = new(StringComparer.Ordinal);
    private MetaFile _snapshot = new(1);

    internal RepositorySimulator()
    {
        foreach (var name in (string[])[RoleNames.Root, RoleNames.Timestamp, RoleNames.Snapshot, RoleNames.Targets])
        {
            Roles.Add(name, new SimulatedRole(name));
        }
        PublishAll();
    }

    internal Dictionary<string, SimulatedRole> Roles { get; } = new(StringComparer.Ordinal);

    /// <summary>What is served: name to bytes. Versioned names and, for timestamp, the plain one.</summary>
    internal Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Target contents by the name they are fetched by.</summary>
    internal Dictionary<string, byte[]> Contents { get; } = new(StringComparer.Ordinal);

    /// <summary>Every name that was asked for, in order.</summary>
    internal List<string> Requests { get; } = [];

    /// <summary>Whether snapshot and timestamp state length and digest.</summary>
    internal bool WithDigests { get; set; }

    internal bool ConsistentSnapshot { get; set; } = true;

    /// <summary>Comes before the honest answer when it is not null.</summary>
    internal Func<string, int, CancellationToken, Answer?>? Intercept { get; set; }

    /// <summary>Likewise for targets.</summary>
    internal Func<string, Stream?>? InterceptTarget { get; set; }

    internal SimulatedRole Root => Roles[RoleNames.Root];

    internal SimulatedRole Timestamp => Roles[RoleNames.Timestamp];

    internal SimulatedRole Snapshot => Roles[RoleNames.Snapshot];

    internal SimulatedRole Targets => Roles[RoleNames.Targets];

    /// <summary>The first root.</summary>
    internal byte[] InitialRoot => Files["1.root.json"];

    public ValueTask<FetchResult> FetchAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        Requests.Add(name);
        if (Intercept?.Invoke(name, maxBytes, cancellationToken) is { } answer)
        {
            return new ValueTask<FetchResult>(answer.Result);
        }
        return ValueTask.FromResult(!Files.TryGetValue(name, out var bytes) ? FetchResult.NotFound
            : bytes.Length > maxBytes ? FetchResult.TooLong : FetchResult.Found(bytes));
    }

    public ValueTask<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        Requests.Add("target:" + name);
        return ValueTask.FromResult(InterceptTarget?.Invoke(name) ?? (Contents.TryGetValue(name, out var bytes) ? new MemoryStream(bytes) : null));
    }

    /// <summary>What <see cref="Intercept"/> answers, perhaps later.</summary>
    internal sealed record Answer(Task<FetchResult> Result);

    /// <summary>Adds a delegated role; publish both then.</summary>
    internal SimulatedRole Delegate(string from, SimulatedDelegation delegation)
    {
        Roles[from].Delegations.Add(delegation);
        if (!Roles.TryGetValue(delegation.Role, out var role))
        {
            Roles.Add(delegation.Role, role = new SimulatedRole(delegation.Role));
        }
        return role;
    }

    /// <summary>Adds a target and its content; publish the role then.</summary>
    internal void AddTarget(string role, string path, byte[] content)
    {
        var file = new TargetFile(content.Length, FileDigests.Of(content));
        Roles[role].Targets[path] = file;
        var slash = path.LastIndexOf('/') + 1;
        Contents[ConsistentSnapshot ? $"{path[..slash]}{file.Digests.Preferred}.{path[slash..]}" : path] = content;
    }

    /// <summary>Publishes every role, delegated ones first.</summary>
    internal void PublishAll()
    {
        foreach (var role in Roles.Keys.Where(r => !RoleNames.IsTopLevel(r)))
        {
            PublishTargets(role);
        }
        PublishTargets();
        PublishSnapshot();
        PublishTimestamp();
        PublishRoot();
    }

    internal void PublishRoot(Func<JsonTree, JsonTree>? edit = null, IEnumerable<KeyPair>? alsoSignedBy = null)
    {
        Root.Version++;
        string[] named = [RoleNames.Root, RoleNames.Timestamp, RoleNames.Snapshot, RoleNames.Targets];
        var signed = MetadataWriter.Root(Root.Header, named.SelectMany(r => Roles[r].Keys).Select(k => k.PublicKey),
            named.ToDictionary(r => r, r => Roles[r].RoleKeys, StringComparer.Ordinal), ConsistentSnapshot);
        Files[RoleNames.FileName(RoleNames.Root, Root.Version)] = Sign(Root, signed, edit, alsoSignedBy);
    }

    internal void PublishTargets(string name = RoleNames.Targets, Func<JsonTree, JsonTree>? edit = null)
    {
        var role = Roles[name];
        role.Version++;
        var delegations = role.Delegations.Count == 0 ? null : new Delegations(
            role.Delegations.SelectMany(d => d.Keys ?? Roles[d.Role].Keys).Select(k => k.PublicKey).DistinctBy(k => k.KeyId)
                .ToDictionary(k => k.KeyId, StringComparer.Ordinal),
            [.. role.Delegations.Select(d => new DelegatedRole(d.Role,
                new RoleKeys([.. (d.Keys ?? Roles[d.Role].Keys).Select(k => k.PublicKey.KeyId)], d.Keys is null ? Roles[d.Role].Threshold : d.Threshold),
                d.Terminating, d.PathHashPrefixes is null ? d.Paths ?? ["*"] : null, d.PathHashPrefixes))]);
        var bytes = Sign(role, MetadataWriter.Targets(role.Header, role.Targets, delegations), edit);
        Serve(role, bytes);
        _meta[name + ".json"] = MetaOf(role.Version, bytes);
    }

    /// <param name="edit">Changes what is signed.</param>
    /// <param name="editMeta">Changes the list of roles, for this publication and the next ones.</param>
    internal void PublishSnapshot(Func<JsonTree, JsonTree>? edit = null, Action<Dictionary<string, MetaFile>>? editMeta = null)
    {
        Snapshot.Version++;
        editMeta?.Invoke(_meta);
        var bytes = Sign(Snapshot, MetadataWriter.Snapshot(Snapshot.Header, _meta), edit);
        Serve(Snapshot, bytes);
        _snapshot = MetaOf(Snapshot.Version, bytes);
    }

    internal void PublishTimestamp(Func<JsonTree, JsonTree>? edit = null, MetaFile? snapshot = null)
    {
        Timestamp.Version++;
        Files[RoleNames.FileName(RoleNames.Timestamp)] = Sign(Timestamp, MetadataWriter.Timestamp(Timestamp.Header, snapshot ?? _snapshot), edit);
    }

    /// <summary>Publishes a targets role with what refers to it.</summary>
    internal void PublishDownFrom(string role, Func<JsonTree, JsonTree>? edit = null)
    {
        PublishTargets(role, edit);
        PublishSnapshot();
        PublishTimestamp();
    }

    private static byte[] Sign(SimulatedRole role, JsonTree signed, Func<JsonTree, JsonTree>? edit, IEnumerable<KeyPair>? also = null)
    {
        var tree = edit is null ? signed : edit(signed);
        var message = CanonicalJson.Encode(tree);
        var signatures = (role.Signers ?? role.Keys).Concat(also ?? []).DistinctBy(k => k.PublicKey.KeyId)
            .Select(k => new MetadataSignature(k.PublicKey.KeyId, Convert.ToHexStringLower(k.Sign(message))));
        return Envelope.Build(role.Name, tree, [.. signatures]).Raw.ToArray();
    }

    private void Serve(SimulatedRole role, byte[] bytes)
    {
        Files[RoleNames.FileName(role.Name, role.Version)] = bytes;
        Files[RoleNames.FileName(role.Name)] = bytes;
    }

    private MetaFile MetaOf(long version, byte[] bytes) => WithDigests ? new MetaFile(version, bytes.Length, FileDigests.Of(bytes)) : new MetaFile(version);
}
