using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>What a repository says at one moment: what is published, and what waits for signatures. Read without a lock: what is published is complete at
/// any moment.</summary>
/// <param name="Layout">Where it lies.</param>
/// <param name="Settings">Lifetimes and online keys.</param>
/// <param name="Root">The newest root; null before the first publication.</param>
/// <param name="Timestamp">The timestamp; null before the first publication.</param>
/// <param name="Snapshot">The snapshot that the timestamp names.</param>
/// <param name="Roles">Published targets roles by name: those that the snapshot lists and that <c>targets</c>, or a role below it, delegates to.</param>
/// <param name="Staged">Staged files by role.</param>
public sealed record RepositoryContent(RepositoryLayout Layout, RepositorySettings Settings, RootMetadata? Root, TimestampMetadata? Timestamp,
    SnapshotMetadata? Snapshot, IReadOnlyDictionary<string, TargetsMetadata> Roles, IReadOnlyDictionary<string, Envelope> Staged)
{
    internal static readonly TufClientOptions Bounds = new();

    private const string MakeAgain = "Delete the file and make the change again";

    /// <summary>Roles that nobody delegates to any more. Snapshot lists them for ever: devices refuse one in which a role is missing that they know.</summary>
    public IReadOnlyDictionary<string, MetaFile> Retired { get; init; } = new Dictionary<string, MetaFile>(StringComparer.Ordinal);

    /// <summary>True when devices can use it.</summary>
    public bool IsPublished => Timestamp is not null;

    /// <summary>Reads a repository. Signatures are not checked; <see cref="RepositoryVerifier"/> does that.</summary>
    /// <exception cref="RepositoryException">There is none, or a file is missing or is no metadata.</exception>
    /// <exception cref="MetadataException">A field is missing or wrong.</exception>
    public static RepositoryContent Read(RepositoryLayout layout) => Read(layout, ReadStaged);

    /// <summary>Reads what is published and nothing that is staged.</summary>
    /// <exception cref="RepositoryException">There is no repository, or a file is missing or is no metadata.</exception>
    /// <exception cref="MetadataException">A field is missing or wrong.</exception>
    public static RepositoryContent ReadPublished(RepositoryLayout layout) => Read(layout, static _ => new Dictionary<string, Envelope>(StringComparer.Ordinal));

    /// <summary>Reads a repository, and passes over staged files that are damaged.</summary>
    /// <param name="layout">Where it lies.</param>
    /// <param name="damaged">Gets what is wrong with each of them.</param>
    internal static RepositoryContent ReadAround(RepositoryLayout layout, List<RepositoryException> damaged) => Read(layout, layout => ReadStagedAround(layout, damaged));

    private static RepositoryContent Read(RepositoryLayout layout, Func<RepositoryLayout, Dictionary<string, Envelope>> readStaged)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var settings = RepositorySettings.Read(layout);
        RootMetadata? root = null;
        if (layout.NewestRoot() is > 0 and var newest)
        {
            root = RootMetadata.Read(ReadRole(layout, RoleNames.Root, newest));
        }
        TimestampMetadata? timestamp = null;
        SnapshotMetadata? snapshot = null;
        IReadOnlyDictionary<string, TargetsMetadata> roles = new Dictionary<string, TargetsMetadata>(StringComparer.Ordinal);
        var retired = new Dictionary<string, MetaFile>(StringComparer.Ordinal);
        if (File.Exists(layout.RoleFile(RoleNames.Timestamp, 0)))
        {
            timestamp = TimestampMetadata.Read(ReadRole(layout, RoleNames.Timestamp, 0));
            snapshot = SnapshotMetadata.Read(ReadRole(layout, RoleNames.Snapshot, timestamp.Snapshot.Version));
            roles = RoleReach.Read(snapshot, (role, version) => TargetsMetadata.Read(ReadRole(layout, role, version)));
            foreach (var (file, listed) in snapshot.Meta)
            {
                var role = file.Length > ".json".Length && file.EndsWith(".json", StringComparison.Ordinal)
                    ? file[..^".json".Length]
                    : throw new MetadataException(TrustFailure.Malformed, RoleNames.Snapshot, snapshot.Header.Version, "names that end in .json in meta", file);
                if (!roles.ContainsKey(role))
                {
                    retired.Add(role, listed);
                }
            }
        }
        return new RepositoryContent(layout, settings, timestamp is null ? null : root, timestamp, snapshot, roles, readStaged(layout)) { Retired = retired };
    }

    /// <summary>The version a role is published at, or was when it was retired; 0 when it never was.</summary>
    public long VersionOf(string role) => role switch
    {
        RoleNames.Root => Root?.Header.Version ?? 0,
        RoleNames.Timestamp => Timestamp?.Header.Version ?? 0,
        RoleNames.Snapshot => Snapshot?.Header.Version ?? 0,
        _ => Roles.GetValueOrDefault(role)?.Header.Version ?? Retired.GetValueOrDefault(role)?.Version ?? 0,
    };

    /// <summary>The published file of a role; null when there is none.</summary>
    public Envelope? Published(string role) => role switch
    {
        RoleNames.Root => Root?.Envelope,
        RoleNames.Timestamp => Timestamp?.Envelope,
        RoleNames.Snapshot => Snapshot?.Envelope,
        _ => Roles.GetValueOrDefault(role)?.Envelope,
    };

    /// <summary>What a retired role said last; null when its file cannot be read, which no device does.</summary>
    public TargetsMetadata? ReadRetired(string role)
    {
        try
        {
            return Retired.TryGetValue(role, out var listed) ? TargetsMetadata.Read(ReadRole(Layout, role, listed.Version)) : null;
        }
        catch (Exception e) when (e is RepositoryException or MetadataException)
        {
            return null;
        }
    }

    /// <summary>Published delegated roles that nobody delegates to any more when everything staged is published.</summary>
    public IReadOnlyList<string> Leaving
    {
        get
        {
            var newest = NewestTargetsRoles();
            return [.. Roles.Keys.Where(r => r is not RoleNames.Targets && AuthoritiesOf(r, NewestRoot, newest).Count == 0).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>The staged file of a role when there is one, else the published one.</summary>
    public Envelope? Newest(string role) => Staged.GetValueOrDefault(role) ?? Published(role);

    /// <summary>A targets role as it will be when everything staged is published.</summary>
    public TargetsMetadata? NewestTargets(string role) => Staged.TryGetValue(role, out var envelope) ? TargetsMetadata.Read(envelope) : Roles.GetValueOrDefault(role);

    /// <summary>Root as it will be when everything staged is published.</summary>
    public RootMetadata? NewestRoot => Staged.TryGetValue(RoleNames.Root, out var envelope) ? RootMetadata.Read(envelope) : Root;

    /// <summary>All targets roles, published or staged, <c>targets</c> first.</summary>
    public IReadOnlyList<string> TargetsRoles => [.. Roles.Keys.Concat(Staged.Keys).Where(r => r is not (RoleNames.Root or RoleNames.Snapshot or RoleNames.Timestamp))
        .Distinct(StringComparer.Ordinal).OrderBy(r => r is RoleNames.Targets ? 0 : 1).ThenBy(r => r, StringComparer.Ordinal)];

    /// <summary>Everybody who has to be content with the signatures of a staged or published file: for root the old and the new root, for a delegated role each
    /// delegator.</summary>
    /// <param name="role">The role.</param>
    /// <param name="targets">How to find a targets role: as published, or as it will be.</param>
    /// <param name="root">The root that counts.</param>
    internal static IReadOnlyList<RoleAuthority> AuthoritiesOf(string role, RootMetadata? root, IReadOnlyDictionary<string, TargetsMetadata> targets)
    {
        if (RoleNames.IsTopLevel(role))
        {
            return root is null ? [] : [RoleAuthority.Of(root, role)];
        }
        var all = new List<RoleAuthority>();
        foreach (var (name, delegator) in targets)
        {
            if (delegator.Delegations is { } delegations && delegations.Roles.FirstOrDefault(r => string.Equals(r.Name, role, StringComparison.Ordinal)) is { } delegated)
            {
                all.Add(new RoleAuthority($"{name} v{delegator.Header.Version}", delegated.Keys, delegations.Keys));
            }
        }
        return all;
    }

    /// <summary>The authorities that a staged file has to satisfy before it can be published together with everything else that is staged.</summary>
    public IReadOnlyList<RoleAuthority> StagedAuthoritiesOf(string role)
    {
        if (role is RoleNames.Root)
        {
            var next = NewestRoot!;
            return Root is null || ReferenceEquals(next, Root) ? [RoleAuthority.Of(next, role)] : [RoleAuthority.Of(Root, role), RoleAuthority.Of(next, role)];
        }
        return AuthoritiesOf(role, NewestRoot, NewestTargetsRoles());
    }

    internal IReadOnlyDictionary<string, TargetsMetadata> NewestTargetsRoles() =>
        TargetsRoles.ToDictionary(r => r, r => NewestTargets(r)!, StringComparer.Ordinal);

    private static Dictionary<string, Envelope> ReadStaged(RepositoryLayout layout) =>
        StagedFiles(layout).ToDictionary(f => f.Role, f => Parse(f.Role, f.File, MakeAgain), StringComparer.Ordinal);

    private static Dictionary<string, Envelope> ReadStagedAround(RepositoryLayout layout, List<RepositoryException> damaged)
    {
        var staged = new Dictionary<string, Envelope>(StringComparer.Ordinal);
        foreach (var (role, file) in StagedFiles(layout))
        {
            try
            {
                var envelope = Parse(role, file, MakeAgain);
                // The whole form, which is else read only when somebody works with it.
                if (role is RoleNames.Root)
                {
                    RootMetadata.Read(envelope);
                }
                else
                {
                    TargetsMetadata.Read(envelope);
                }
                staged[role] = envelope;
            }
            catch (RepositoryException e)
            {
                damaged.Add(e);
            }
            catch (MetadataException e)
            {
                damaged.Add(new RepositoryException(RepositoryFailure.Damaged, role, file, $"the file is damaged: expected {e.Expected}, found {e.Found}", MakeAgain, e));
            }
        }
        return staged;
    }

    private static IEnumerable<(string Role, string File)> StagedFiles(RepositoryLayout layout)
    {
        if (!Directory.Exists(layout.Staged))
        {
            yield break;
        }
        foreach (var file in Directory.EnumerateFiles(layout.Staged, "*.json").Order(StringComparer.Ordinal))
        {
            var role = Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(file));
            // Only under the name that we write: another spelling of it, or a copy by hand, is not what people sign.
            if (!Path.GetFileName(file).StartsWith('.') && string.Equals(Path.GetFileName(file), RoleNames.FileName(role), StringComparison.Ordinal))
            {
                yield return (role, file);
            }
        }
    }

    private static Envelope ReadRole(RepositoryLayout layout, string role, long version) => Parse(role, layout.RoleFile(role, version), "Restore the file from a backup or a mirror");

    private static Envelope Parse(string role, string path, string fix)
    {
        var bytes = ReadFile(path, role);
        try
        {
            return Envelope.Parse(role, bytes);
        }
        catch (MetadataException e)
        {
            throw new RepositoryException(RepositoryFailure.Damaged, role, path, $"the file is damaged: expected {e.Expected}, found {e.Found}", fix, e);
        }
    }

    private static byte[] ReadFile(string path, string role)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RepositoryException(RepositoryFailure.Damaged, role, path, "the file is missing", "Restore the repository from a backup or a mirror", e);
        }
    }
}
