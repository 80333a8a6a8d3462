using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <content>Making a repository, and changing who may sign. Each only stages.</content>
public sealed partial class TufRepository
{
    /// <summary>Makes a repository in which everything is staged; sign and publish then.</summary>
    /// <param name="directory">May be there, but has no repository in it.</param>
    /// <param name="plan">What it is to be.</param>
    /// <param name="timeProvider">Wall time, for expiry dates.</param>
    /// <exception cref="RepositoryException">There is one, or the plan cannot work.</exception>
    public static TufRepository Create(string directory, NewRepository plan, TimeProvider timeProvider) =>
        Create(directory, plan, timeProvider, RepositoryDisk.Instance);

    /// <summary>As the other, in a place that was locked before its keys were made.</summary>
    /// <param name="place">Its lock is the repository's when this returns.</param>
    /// <param name="plan">What it is to be.</param>
    /// <param name="timeProvider">Wall time, for expiry dates.</param>
    /// <exception cref="RepositoryException">The plan cannot work.</exception>
    public static TufRepository Create(RepositoryPlace place, NewRepository plan, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(timeProvider);
        Check(plan);
        return Create(place, plan, timeProvider, RepositoryDisk.Instance);
    }

    internal static TufRepository Create(string directory, NewRepository plan, TimeProvider timeProvider, IRepositoryDisk disk)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(timeProvider);
        RepositoryPlace.RequireNew(new RepositoryLayout(directory));
        Check(plan);
        var place = RepositoryPlace.Take(directory, timeProvider, disk);
        try
        {
            return Create(place, plan, timeProvider, disk);
        }
        catch
        {
            place.Release(); // before there are settings, `init` can simply be run again
            throw;
        }
    }

    private static TufRepository Create(RepositoryPlace place, NewRepository plan, TimeProvider timeProvider, IRepositoryDisk disk)
    {
        var layout = place.Layout;
        var writer = new AtomicWriter(OwnersDisk.Of(disk, place.Owner));
        place.AddDirectory(layout.Staged);
        writer.MakeDirectory(layout.Staged, layout.DirectoryPath);
        foreach (var envelope in FirstVersions(plan, timeProvider.GetUtcNow()))
        {
            RequireLength(envelope);
            place.Add(layout.StagedFile(envelope.Role));
            writer.Write(layout.StagedFile(envelope.Role), envelope.Raw.Span);
        }
        // Last: with it the directory is a repository.
        writer.Write(layout.SettingsFile, plan.Settings.ToBytes());
        var content = RepositoryContent.Read(layout);
        return new TufRepository(place.Keep(), place.Owner, content, writer, timeProvider, onlineKeys: null);
    }

    private static void Check(NewRepository plan)
    {
        plan.Root.Check(RoleNames.Root);
        plan.Targets.Check(RoleNames.Targets);
        plan.Snapshot.Check(RoleNames.Snapshot);
        plan.Timestamp.Check(RoleNames.Timestamp);
        foreach (var delegation in plan.Delegations)
        {
            CheckDelegation(delegation);
        }
        plan.Settings.Check();
    }

    /// <summary>The roles that are signed without a person.</summary>
    public IReadOnlyList<string> OnlineRoles => [RoleNames.Timestamp, RoleNames.Snapshot, .. Content.Settings.OnlineRoles.Where(r => Content.Roles.ContainsKey(r) || Content.Staged.ContainsKey(r))];

    /// <summary>Whether a role is signed without a person.</summary>
    public bool IsOnline(string role) => OnlineRoles.Contains(role, StringComparer.Ordinal);

    /// <summary>Who may sign a role when everything staged is published.</summary>
    /// <exception cref="RepositoryException">There is no such role.</exception>
    public RoleAuthority AuthorityOf(string role) => role is RoleNames.Root && Content.NewestRoot is { } root
        ? RoleAuthority.Of(root, role)
        : Content.StagedAuthoritiesOf(role) is [var first, ..] ? first : throw NoSuchRole(role);

    /// <summary>Replaces the keys of a role. For a delegated role, everywhere in <c>targets</c>.</summary>
    /// <param name="role">Any role.</param>
    /// <param name="replacement">All keys that it shall have, old ones that stay included.</param>
    /// <exception cref="RepositoryException">There is no such role, or the keys cannot work.</exception>
    public void ReplaceKeys(string role, NewRole replacement)
    {
        ArgumentNullException.ThrowIfNull(replacement);
        replacement.Check(role);
        RequireReplaceable([role]);
        if (RoleNames.IsTopLevel(role))
        {
            var root = Content.NewestRoot!;
            StageRoot(root.Envelope.Signed.WithRoleKeys(root, role, replacement.RoleKeys, replacement.Keys));
            if (role is RoleNames.Targets && !RoleAuthority.Of(Content.NewestRoot!, role).IsMet(Content.Published(role)!) && !Content.Staged.ContainsKey(role))
            {
                Stage(Content.Published(role)!); // to be signed by the new keys as well, in the version that it has
            }
            return;
        }
        var (delegator, delegated) = FindDelegation(role);
        EditTargets(delegator.Role, (signed, old) => signed.WithDelegation(old, delegated with { Keys = replacement.RoleKeys }, replacement.Keys));
        var current = Content.NewestTargets(role)!;
        if (!Content.StagedAuthoritiesOf(role).All(a => a.IsMet(current.Envelope)))
        {
            EditTargets(role, (signed, _) => signed); // the next version, for the new keys to sign
        }
    }

    /// <summary>True while the published version of targets waits for signatures of the keys that it is to have: nothing in it can be changed until that is published.</summary>
    public bool IsTargetsCountersigned => Content.Staged.TryGetValue(RoleNames.Targets, out var staged) && IsCountersigned(RoleNames.Targets, staged);

    /// <summary>Throws what <see cref="ReplaceKeys"/> would throw for one of the roles, so that several are replaced or none.</summary>
    /// <exception cref="RepositoryException">There is no such role, or its keys cannot be replaced now.</exception>
    public void RequireReplaceable(IReadOnlyCollection<string> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        RequirePublished();
        foreach (var role in roles)
        {
            if (!RoleNames.IsTopLevel(role))
            {
                RequireEditable(FindDelegation(role).Delegator.Role);
            }
            else if (role is RoleNames.Targets && Content.Staged.ContainsKey(role) && !IsTargetsCountersigned)
            {
                throw new RepositoryException(RepositoryFailure.Refused, role, file: null, "a change of it waits for signatures of the keys that are to be replaced", "Sign it, or give it up with `edgefleet repo drop targets`, then replace the keys");
            }
        }
    }

    /// <summary>Adds a delegation to <c>targets</c>, and the first, empty version of the role.</summary>
    /// <exception cref="RepositoryException">There is a role of that name, or it cannot work.</exception>
    public void AddDelegation(NewDelegation delegation)
    {
        ArgumentNullException.ThrowIfNull(delegation);
        CheckDelegation(delegation);
        RequirePublished();
        if (Content.NewestTargets(RoleNames.Targets)!.Delegations?.Roles.Any(r => string.Equals(r.Name, delegation.Name, StringComparison.Ordinal)) ?? false)
        {
            throw new RepositoryException(RepositoryFailure.AlreadyThere, delegation.Name, file: null, "targets delegates to a role of that name already", "Change its keys with `edgefleet repo rotate-key`");
        }
        if (Content.Leaving.Contains(delegation.Name, StringComparer.Ordinal))
        {
            throw new RepositoryException(RepositoryFailure.Refused, delegation.Name, file: null, "its removal is staged and not published", "Sign the removal first, or give it up with `edgefleet repo drop targets`");
        }
        RequireEditable(RoleNames.Targets); // before the role is staged, which would wait for ever
        if (delegation.Online != Content.Settings.OnlineRoles.Contains(delegation.Name, StringComparer.Ordinal))
        {
            SetOnlineRoles(delegation.Online ? [.. Content.Settings.OnlineRoles, delegation.Name] : Content.Settings.OnlineRoles.Where(r => !string.Equals(r, delegation.Name, StringComparison.Ordinal)));
        }
        // The role first: a delegation that is staged without it could never be published.
        if (!Content.Roles.ContainsKey(delegation.Name))
        {
            // One that was retired goes on counting: devices refuse a version that is lower than one they know. It also goes on knowing what it had published.
            var empty = Empty(delegation.Name, Content.VersionOf(delegation.Name) + 1, ExpiryOf(delegation.Name));
            Stage(RemovedTargets.OfRetired(Content, delegation.Name) is { Count: > 0 } removed ? Envelope.Build(delegation.Name, RemovedTargets.With(empty.Signed, removed), []) : empty);
        }
        EditTargets(RoleNames.Targets, (signed, old) => signed.WithDelegation(old, ToRole(delegation), delegation.Role.Keys));
    }

    /// <summary>Stages the next version of root or a targets role with the same content and a new expiry date.</summary>
    /// <exception cref="RepositoryException">There is no such role.</exception>
    public void Renew(string role)
    {
        RequirePublished();
        if (role is RoleNames.Root)
        {
            var root = Content.NewestRoot!;
            StageRoot(root.Envelope.Signed);
            return;
        }
        if (role is RoleNames.Snapshot or RoleNames.Timestamp)
        {
            throw new RepositoryException(RepositoryFailure.Refused, role, file: null, "it is signed online", "Renew it with `edgefleet repo refresh --all`");
        }
        EditTargets(role, (signed, _) => signed);
    }

    /// <summary>Stages the next version of a targets role. Signatures of an older staged version are lost, since it changes.</summary>
    /// <param name="role">The role.</param>
    /// <param name="edit">Makes the new <c>signed</c> part; header fields are set after it.</param>
    internal void EditTargets(string role, Func<JsonTree, TargetsMetadata, JsonTree> edit)
    {
        var old = Content.NewestTargets(role) ?? throw NoSuchRole(role);
        RequireEditable(role);
        var signed = RemovedTargets.Remember(Layout, Content.Roles.GetValueOrDefault(role), edit(old.Envelope.Signed, old)).WithHeader(Math.Max(Content.VersionOf(role) + 1, Content.Staged.ContainsKey(role) ? old.Header.Version : 0), ExpiryOf(role));
        Stage(Envelope.Build(role, signed, []));
    }

    private void RequireEditable(string role)
    {
        if (role is RoleNames.Targets && IsTargetsCountersigned)
        {
            throw new RepositoryException(RepositoryFailure.Refused, role, file: null, "its keys are being changed, and the published version waits for signatures of the new ones",
                "Finish that first: `edgefleet repo sign`, or give it up with `edgefleet repo drop targets` and `edgefleet repo drop root`");
        }
        if (role is not RoleNames.Targets && Content.StagedAuthoritiesOf(role).Count == 0)
        {
            throw new RepositoryException(RepositoryFailure.Refused, role, file: null, "its removal is staged, so it can be changed no more", "Give the removal up with `edgefleet repo drop targets`, or leave it at that");
        }
    }

    private void StageRoot(JsonTree signed) =>
        Stage(Envelope.Build(RoleNames.Root, signed.WithHeader(Content.VersionOf(RoleNames.Root) + 1, ExpiryOf(RoleNames.Root)), []));

    private (Envelope Delegator, DelegatedRole Role) FindDelegation(string role)
    {
        foreach (var name in Content.TargetsRoles)
        {
            var delegator = Content.NewestTargets(name)!;
            if (delegator.Delegations?.Roles.FirstOrDefault(r => string.Equals(r.Name, role, StringComparison.Ordinal)) is { } delegated)
            {
                return (delegator.Envelope, delegated);
            }
        }
        throw NoSuchRole(role);
    }

    private RepositoryException NoSuchRole(string role) => new(RepositoryFailure.NotFound, role, file: null, "there is no such role",
        $"Roles are: {string.Join(", ", (string[])[RoleNames.Root, RoleNames.Snapshot, RoleNames.Timestamp, .. Content.TargetsRoles])}");

    private static IEnumerable<Envelope> FirstVersions(NewRepository plan, DateTimeOffset now)
    {
        MetadataHeader Header(string role) => new(MetadataHeader.WrittenSpecVersion, 1, now + plan.Settings.Lifetime(role));
        var roles = new Dictionary<string, NewRole>(StringComparer.Ordinal)
        {
            [RoleNames.Root] = plan.Root,
            [RoleNames.Targets] = plan.Targets,
            [RoleNames.Snapshot] = plan.Snapshot,
            [RoleNames.Timestamp] = plan.Timestamp,
        };
        yield return Envelope.Build(RoleNames.Root, MetadataWriter.Root(Header(RoleNames.Root), roles.Values.SelectMany(r => r.Keys),
            roles.ToDictionary(r => r.Key, r => r.Value.RoleKeys, StringComparer.Ordinal)), []);
        var delegations = new Delegations(plan.Delegations.SelectMany(d => d.Role.Keys).DistinctBy(k => k.KeyId, StringComparer.Ordinal).ToDictionary(k => k.KeyId, StringComparer.Ordinal),
            [.. plan.Delegations.Select(ToRole)]);
        yield return Envelope.Build(RoleNames.Targets, MetadataWriter.Targets(Header(RoleNames.Targets), new Dictionary<string, TargetFile>(StringComparer.Ordinal), delegations), []);
        foreach (var delegation in plan.Delegations)
        {
            yield return Empty(delegation.Name, 1, now + plan.Settings.Lifetime(delegation.Name));
        }
    }

    private static Envelope Empty(string role, long version, DateTimeOffset expires) => Envelope.Build(role,
        MetadataWriter.Targets(new MetadataHeader(MetadataHeader.WrittenSpecVersion, version, expires), new Dictionary<string, TargetFile>(StringComparer.Ordinal)), []);

    private static DelegatedRole ToRole(NewDelegation delegation) =>
        new(delegation.Name, delegation.Role.RoleKeys, delegation.Terminating, delegation.Paths, PathHashPrefixes: null);

    private static void CheckDelegation(NewDelegation delegation)
    {
        delegation.Role.Check(delegation.Name);
        if (!RoleNames.IsUsable(delegation.Name) || delegation.Name.Any(char.IsControl))
        {
            throw new RepositoryException(RepositoryFailure.Refused, delegation.Name, file: null, "a delegated role cannot have that name", $"Take one like models/vision, of at most {RoleNames.MaxFileNameBytes} bytes percent-encoded");
        }
        if (delegation.Paths.Count == 0 || delegation.Paths.Any(p => p.Length == 0 || p.StartsWith('/')))
        {
            throw new RepositoryException(RepositoryFailure.Refused, delegation.Name, file: null, "it needs patterns of paths, and none may be empty or begin with /", "Give patterns like models/vision-*/*");
        }
    }
}
