using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <content>From <c>staged/</c> to <c>metadata/</c>.</content>
public sealed partial class TufRepository
{
    /// <summary>Publishes everything that is staged, has enough signatures and can be published without the rest.</summary>
    /// <exception cref="RepositoryException">An online key is missing, or the clock is wrong. Nothing was published.</exception>
    /// <exception cref="IOException">The disk is full or broken. The old repository is valid.</exception>
    public async Task<PublishReport> PublishAsync(CancellationToken cancellationToken)
    {
        RequireClock();
        await RenewStagedOnlineAsync(cancellationToken).ConfigureAwait(false);
        RequireFreshStaged();
        var published = new List<string>();
        if (!Content.IsPublished)
        {
            await PublishFirstAsync(published, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // Root first: when online keys are lost, only the new ones that it names can sign a snapshot for the rest.
            await PublishRootAsync(published, cancellationToken).ConfigureAwait(false);
            await PublishTargetsAsync(published, cancellationToken).ConfigureAwait(false);
        }
        return new PublishReport(published, Waiting());
    }

    /// <summary>Signs timestamp anew, and what else is signed online when less than half of its lifetime is left. Publishes nothing that is
    /// staged.</summary>
    /// <param name="all">Sign everything online anew, however fresh it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was published.</returns>
    /// <exception cref="RepositoryException">It is not published yet, an online key is missing, or the clock is wrong.</exception>
    public async Task<PublishReport> RefreshAsync(bool all, CancellationToken cancellationToken)
    {
        RequirePublished();
        RequireClock();
        var published = new List<string>();
        var due = Content.Settings.OnlineRoles.Where(r => Content.Roles.TryGetValue(r, out var role) && (all || IsDue(r, role.Header))).ToArray();
        var renewed = new List<Envelope>();
        foreach (var role in due)
        {
            var old = Content.Roles[role];
            var authorities = RepositoryContent.AuthoritiesOf(role, Content.Root, Content.Roles);
            if (authorities.Count > 0)
            {
                await MakeRoomForAsync(role, old.Header.Version + 1, cancellationToken).ConfigureAwait(false);
                renewed.Add(await SignOnlineAsync(role, old.Envelope.Signed.WithHeader(old.Header.Version + 1, ExpiryOf(role)), authorities[0], cancellationToken)
                    .ConfigureAwait(false));
            }
        }
        if (renewed.Count > 0 || all || IsDue(RoleNames.Snapshot, Content.Snapshot!.Header))
        {
            await CommitAsync(renewed, published, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var root = Content.Root!;
            var timestamp = await MakeTimestampAsync(root, Content.Timestamp!.Snapshot.Version, cancellationToken).ConfigureAwait(false);
            WriteRole(timestamp, published);
            Reload();
        }
        return new PublishReport(published, Waiting());
    }

    /// <summary>Dates staged online roles anew: they live a week, and the people whose signatures they wait for may take longer.</summary>
    private async Task RenewStagedOnlineAsync(CancellationToken cancellationToken)
    {
        foreach (var role in Content.Settings.OnlineRoles)
        {
            if (Content.Staged.TryGetValue(role, out var staged) && IsDue(role, MetadataHeader.Read(new MetadataField(role, "signed", staged.Signed))) &&
                Content.StagedAuthoritiesOf(role) is [var authority, ..] && authority.RoleKeys.KeyIds.Count(Online.Has) >= authority.RoleKeys.Threshold)
            {
                var version = MetadataHeader.ClaimedVersion(staged)!.Value;
                Stage(await SignOnlineAsync(role, staged.Signed.WithHeader(version, ExpiryOf(role)), authority, cancellationToken).ConfigureAwait(false));
            }
        }
    }

    /// <summary>Gives a staged change of an online role the version after the one that a refresh takes.</summary>
    private async Task MakeRoomForAsync(string role, long taken, CancellationToken cancellationToken)
    {
        if (Content.Staged.TryGetValue(role, out var staged) && MetadataHeader.ClaimedVersion(staged) <= taken)
        {
            var authority = Content.StagedAuthoritiesOf(role)[0];
            Stage(await SignOnlineAsync(role, staged.Signed.WithHeader(taken + 1, ExpiryOf(role)), authority, cancellationToken).ConfigureAwait(false));
        }
    }

    private bool IsDue(string role, MetadataHeader header) => header.Expires - _timeProvider.GetUtcNow() < Content.Settings.Lifetime(role) / 2;

    private async Task PublishFirstAsync(List<string> published, CancellationToken cancellationToken)
    {
        if (!Content.Staged.TryGetValue(RoleNames.Root, out var rootEnvelope) || Waiting().Any(w => w.Requirements.Count == 0 || w.Requirements.Any(r => r.Missing > 0)))
        {
            return;
        }
        var root = RootMetadata.Read(rootEnvelope);
        var roles = Content.NewestTargetsRoles();
        var snapshot = await MakeSnapshotAsync(root, roles, cancellationToken).ConfigureAwait(false);
        var timestamp = await MakeTimestampAsync(root, MetadataHeader.ClaimedVersion(snapshot)!.Value, cancellationToken).ConfigureAwait(false);
        _writer.MakeDirectory(Layout.Metadata, Layout.DirectoryPath);
        _writer.MakeDirectory(Layout.Targets, Layout.DirectoryPath);
        foreach (var role in roles.Values)
        {
            WriteRole(role.Envelope, published);
        }
        WriteRole(snapshot, published);
        WriteRole(rootEnvelope, published);
        WriteRole(timestamp, published);
        Reload();
        UnstagePublished();
    }

    private async Task PublishTargetsAsync(List<string> published, CancellationToken cancellationToken)
    {
        var ready = PublishableTargets.Find(Content);
        if (ready.Count == 0)
        {
            return;
        }
        await CommitAsync([.. ready.Select(r => Content.Staged[r])], published, cancellationToken).ConfigureAwait(false);
        UnstagePublished();
        ForgetRetiredOnlineRoles();
    }

    /// <summary>Publishes targets roles with a new snapshot and timestamp: valid, all of them, with the rename of the last.</summary>
    private async Task CommitAsync(IReadOnlyList<Envelope> targets, List<string> published, CancellationToken cancellationToken)
    {
        var root = Content.Root!;
        var roles = new Dictionary<string, TargetsMetadata>(Content.Roles, StringComparer.Ordinal);
        foreach (var envelope in targets)
        {
            roles[envelope.Role] = TargetsMetadata.Read(envelope);
        }
        // Both are signed before anything is written: a missing key leaves no trace.
        var snapshot = await MakeSnapshotAsync(root, roles, cancellationToken).ConfigureAwait(false);
        var timestamp = await MakeTimestampAsync(root, MetadataHeader.ClaimedVersion(snapshot)!.Value, cancellationToken).ConfigureAwait(false);
        foreach (var envelope in targets)
        {
            WriteRole(envelope, published);
        }
        WriteRole(snapshot, published);
        WriteRole(timestamp, published);
        Reload();
    }

    private async Task PublishRootAsync(List<string> published, CancellationToken cancellationToken)
    {
        if (!Content.Staged.TryGetValue(RoleNames.Root, out var envelope) || RootProblem(Content) is not null ||
            !Content.StagedAuthoritiesOf(RoleNames.Root).All(a => a.IsMet(envelope)))
        {
            return;
        }
        var next = RootMetadata.Read(envelope);
        var bridges = new List<Envelope>();
        if (!RoleAuthority.Of(next, RoleNames.Targets).IsMet(Content.Published(RoleNames.Targets)!))
        {
            bridges.Add(Content.Staged[RoleNames.Targets]); // RootProblem has looked at it
        }
        foreach (var role in (string[])[RoleNames.Snapshot, RoleNames.Timestamp])
        {
            var authority = RoleAuthority.Of(next, role);
            var bridge = Content.Published(role)!;
            foreach (var signer in Online.SignersOf(role, authority).Where(_ => !authority.IsMet(bridge)))
            {
                var signature = await signer.SignAsync(bridge.Canonical, cancellationToken).ConfigureAwait(false);
                bridge = bridge.With(new MetadataSignature(signer.PublicKey.KeyId, Convert.ToHexStringLower(signature)));
            }
            if (!ReferenceEquals(bridge, Content.Published(role)))
            {
                bridges.Add(bridge);
            }
        }
        bridges.ForEach(RequireLength);
        foreach (var bridge in bridges)
        {
            WriteRole(bridge, published: null);
        }
        WriteRole(envelope, published);
        Reload();
        UnstagePublished();
        await CommitAsync([], published, cancellationToken).ConfigureAwait(false); // without the signatures of the old keys
    }

    /// <summary>Why the staged root cannot be published although it may have its signatures; null when it can.</summary>
    private static string? RootProblem(RepositoryContent content)
    {
        if (content.Root is null || !content.Staged.ContainsKey(RoleNames.Root))
        {
            return null;
        }
        var authority = RoleAuthority.Of(content.NewestRoot!, RoleNames.Targets);
        if (authority.IsMet(content.Published(RoleNames.Targets)!))
        {
            return null;
        }
        return content.Staged.TryGetValue(RoleNames.Targets, out var staged) && IsCountersigned(content, RoleNames.Targets, staged) && authority.IsMet(staged)
            ? null
            : "targets has to be signed by its new keys first";
    }

    private ValueTask<Envelope> MakeSnapshotAsync(RootMetadata root, IReadOnlyDictionary<string, TargetsMetadata> roles, CancellationToken cancellationToken)
    {
        // No digest of targets.json: a rotation of its keys adds signatures to the version that is published, and changes the file by that.
        var meta = roles.ToDictionary(r => r.Key + ".json", r => r.Key is RoleNames.Targets
            ? new MetaFile(r.Value.Header.Version)
            : new MetaFile(r.Value.Header.Version, r.Value.Envelope.Raw.Length, FileDigests.Of(r.Value.Envelope.Raw.Span)), StringComparer.Ordinal);
        foreach (var (role, listed) in Content.Retired)
        {
            meta.TryAdd(role + ".json", listed); // for ever: devices refuse a snapshot in which a role is missing that they know
        }
        var header = new MetadataHeader(MetadataHeader.WrittenSpecVersion, Content.VersionOf(RoleNames.Snapshot) + 1, ExpiryOf(RoleNames.Snapshot));
        return SignOnlineAsync(RoleNames.Snapshot, MetadataWriter.Snapshot(header, meta), RoleAuthority.Of(root, RoleNames.Snapshot), cancellationToken);
    }

    private ValueTask<Envelope> MakeTimestampAsync(RootMetadata root, long snapshotVersion, CancellationToken cancellationToken)
    {
        var header = new MetadataHeader(MetadataHeader.WrittenSpecVersion, Content.VersionOf(RoleNames.Timestamp) + 1, ExpiryOf(RoleNames.Timestamp));
        var signed = MetadataWriter.Timestamp(header, new MetaFile(snapshotVersion)).With(SignedAt, JsonTree.Of(MetadataWriter.Date(_timeProvider.GetUtcNow())));
        return SignOnlineAsync(RoleNames.Timestamp, signed, RoleAuthority.Of(root, RoleNames.Timestamp), cancellationToken);
    }

    private void WriteRole(Envelope envelope, List<string>? published)
    {
        var version = MetadataHeader.ClaimedVersion(envelope)!.Value;
        _writer.Write(Layout.RoleFile(envelope.Role, version), envelope.Raw.Span);
        published?.Add($"{envelope.Role} v{version}");
    }

    private void UnstagePublished()
    {
        foreach (var (role, envelope) in Content.Staged.Where(s => MetadataHeader.ClaimedVersion(s.Value) <= Content.VersionOf(s.Key)).ToArray())
        {
            if (!IsCountersigned(role, envelope))
            {
                Unstage(role);
            }
        }
    }

    private void RequireFreshStaged()
    {
        var now = _timeProvider.GetUtcNow();
        foreach (var (role, envelope) in Content.Staged)
        {
            if (MetadataHeader.Read(new MetadataField(role, "signed", envelope.Signed)).Expires is var expires && expires <= now && !IsCountersigned(role, envelope))
            {
                throw new RepositoryException(RepositoryFailure.Refused, role, Layout.StagedFile(role), $"the staged version expired at {MetadataWriter.Date(expires)} while it waited for signatures",
                    Content.IsPublished ? $"Drop it with `edgefleet repo drop {role}` and make the change again" : BeginAnew);
            }
        }
    }

    private void RequirePublished() => RequirePublished(Content);

    private static void RequirePublished(RepositoryContent content)
    {
        if (!content.IsPublished)
        {
            throw new RepositoryException(RepositoryFailure.NotARepository, role: null, content.Layout.DirectoryPath, "the repository is not published yet: it waits for signatures",
                "See `edgefleet repo status`, then sign with `edgefleet repo sign`");
        }
    }
}
