using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Client;

/// <content>Targets roles and the search through delegations: sections 5.6 and 5.7.</content>
public sealed partial class TufClient
{
    // Keyed by delegator and role: that a role verified for one delegator says nothing about what another one delegated.
    private readonly Dictionary<(string Delegator, string Role), TargetsMetadata> _delegated = [];
    private TrustClock.FixedTime _time;

    /// <summary>Finds the role that speaks for a path, depth first, in the order of the delegations. Needs a refresh before; delegated roles are fetched
    /// as the search meets them.</summary>
    /// <returns>What the first role that lists the path says of it.</returns>
    /// <exception cref="TargetException">No role that may speak for it lists it, or the search met too many roles.</exception>
    /// <exception cref="TrustException">A role on the way was refused, which ends the search: going on could hand the path to a role of lower
    /// priority.</exception>
    public async Task<TargetMatch> FindTargetAsync(string targetPath, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(targetPath);
        var trusted = Current ?? throw new InvalidOperationException("RefreshAsync has to succeed before a target can be found");
        var refresh = new Refresh(_time, [], cancellationToken);
        var visited = new HashSet<string>(StringComparer.Ordinal) { RoleNames.Targets };
        var ahead = new Stack<(Authority Authority, DelegatedRole Role)>();
        var (name, role) = (RoleNames.Targets, trusted.Targets);
        while (true)
        {
            if (role.Targets.TryGetValue(targetPath, out var file))
            {
                return TargetMatch.Create(targetPath, file, name, trusted.Root.ConsistentSnapshot);
            }
            PushDelegations(name, role, targetPath, ahead);

            (Authority Authority, DelegatedRole Role) next;
            do
            {
                if (!ahead.TryPop(out next))
                {
                    throw new TargetException(TrustFailure.TargetNotFound, targetPath, "a role that lists it",
                        $"none among {string.Join(", ", visited.Take(10))}{(visited.Count > 10 ? ", …" : "")}");
                }
            }
            while (!visited.Add(next.Role.Name));
            if (visited.Count - 1 > _options.MaxDelegatedRoles)
            {
                throw new TargetException(TrustFailure.TooManyRoles, targetPath, $"at most {_options.MaxDelegatedRoles} delegated roles on the way", "more");
            }
            name = next.Role.Name;
            role = await DelegatedAsync(next.Authority, trusted, refresh).ConfigureAwait(false);
        }
    }

    /// <summary>Gets and verifies one delegated role for one delegator, whether or not a search would come to it.</summary>
    internal async ValueTask<TargetsMetadata> LoadAsync(TargetsMetadata delegator, DelegatedRole role, CancellationToken cancellationToken)
    {
        var trusted = Current ?? throw new InvalidOperationException("RefreshAsync has to succeed before a role can be loaded");
        return await DelegatedAsync(AuthorityOf(delegator.Envelope.Role, delegator, role), trusted, new Refresh(_time, [], cancellationToken)).ConfigureAwait(false);
    }

    private static Authority AuthorityOf(string name, TargetsMetadata delegator, DelegatedRole role) =>
        new(name, $"{name} v{delegator.Header.Version}", role.Name, role.Keys, delegator.Delegations!.Keys);

    private static void PushDelegations(string name, TargetsMetadata role, string targetPath, Stack<(Authority, DelegatedRole)> ahead)
    {
        if (role.Delegations is not { } delegations)
        {
            return;
        }
        var children = new List<(Authority, DelegatedRole)>();
        foreach (var child in delegations.Roles)
        {
            if (!child.Covers(targetPath))
            {
                continue;
            }
            children.Add((AuthorityOf(name, role, child), child));
            if (child.Terminating)
            {
                ahead.Clear(); // nobody after this role is asked, on no level
                break;
            }
        }
        for (var i = children.Count - 1; i >= 0; i--)
        {
            ahead.Push(children[i]);
        }
    }

    private async ValueTask<TargetsMetadata> DelegatedAsync(Authority authority, RefreshResult trusted, Refresh refresh)
    {
        var key = (authority.Delegator, authority.Role);
        if (!_delegated.TryGetValue(key, out var role))
        {
            role = await LoadTargetsRoleAsync(authority, trusted.Root, trusted.Snapshot, refresh).ConfigureAwait(false);
            _delegated.Add(key, role);
        }
        return role;
    }

    /// <summary>Gets a targets role, delegated or not: the stored one when it is the listed one and verifies for this delegator, else the
    /// repository's.</summary>
    private async ValueTask<TargetsMetadata> LoadTargetsRoleAsync(Authority authority, RootMetadata root, SnapshotMetadata snapshot, Refresh refresh)
    {
        var role = authority.Role;
        var referrer = $"snapshot v{snapshot.Header.Version}";
        var listed = snapshot.Find(role)
            ?? throw new MetadataException(TrustFailure.NotInSnapshot, role, version: null, $"{role}.json in {referrer}", "it missing");
        var stored = ReadStored(role, _options.MaxTargetsBytes, refresh.Notes, e => VerifyTargets(e, authority));
        if (stored is not null && IsListed(stored.Envelope, stored.Header.Version, listed))
        {
            RequireFresh(role, stored.Header, refresh.Time.Now);
            return stored;
        }
        var bytes = await FetchListedAsync(role, listed, NameOf(role, listed.Version, root), _options.MaxTargetsBytes, referrer, refresh.CancellationToken)
            .ConfigureAwait(false);
        var targets = VerifyTargets(Envelope.Parse(role, bytes), authority);
        RequireVersion(role, targets.Header.Version, listed.Version, referrer);
        RequireFresh(role, targets.Header, refresh.Time.Now);
        _store.Write(role, bytes.Span);
        return targets;
    }

    private static TargetsMetadata VerifyTargets(Envelope envelope, Authority authority)
    {
        MetadataHeader.CheckForm(envelope, RoleNames.Targets);
        SignatureVerifier.Require(envelope, authority.RoleKeys, authority.Keys, authority.Name);
        return TargetsMetadata.Read(envelope);
    }
}
