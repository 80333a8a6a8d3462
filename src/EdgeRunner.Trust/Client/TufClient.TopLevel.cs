using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Client;

/// <content>Root, timestamp and snapshot: sections 5.3 to 5.5.</content>
public sealed partial class TufClient
{
    private async ValueTask<RootMetadata> RefreshRootAsync(Refresh refresh)
    {
        var stored = _store.Read(RoleNames.Root, _options.MaxRootBytes)
            ?? throw new MetadataException(TrustFailure.NoRoot, RoleNames.Root, version: null, $"root.json in {_store.DirectoryPath}", "none");
        var root = TrustedRoot.Verify(stored);
        _store.Recover(root.Header.Version);
        for (var steps = 0; ; steps++)
        {
            var version = root.Header.Version + 1;
            if (await FetchAsync(RoleNames.Root, version, RoleNames.FileName(RoleNames.Root, version), _options.MaxRootBytes, refresh.CancellationToken)
                .ConfigureAwait(false) is not { } bytes)
            {
                break;
            }
            if (steps == _options.MaxRootRotations)
            {
                throw new MetadataException(TrustFailure.TooManyRoots, RoleNames.Root, version, $"at most {_options.MaxRootRotations} new versions at once",
                    "more; those are stored, and the next refresh goes on from there");
            }
            var next = TrustedRoot.VerifyNext(bytes, root);
            _store.WriteRoot(bytes.Span, next.Header.Version, TrustedRoot.RotatesOnlineKeys(root, next));
            root = next;
        }
        RequireFresh(RoleNames.Root, root.Header, refresh.Time.Now);
        // A later root was welcome all the same: it takes rights away from lost keys, and only the last one has to be fresh.
        return refresh.Time.Problem is not { } problem
            ? root
            : throw new MetadataException(TrustFailure.ClockNotTrusted, RoleNames.Timestamp, version: null, "a clock to judge freshness by", problem);
    }

    private async ValueTask<TimestampMetadata> RefreshTimestampAsync(RootMetadata root, Refresh refresh)
    {
        const string Role = RoleNames.Timestamp;
        var known = ReadStored(Role, _options.MaxTimestampBytes, refresh.Notes, e => VerifyTimestamp(e, root));
        var bytes = await FetchAsync(Role, version: null, RoleNames.FileName(Role), _options.MaxTimestampBytes, refresh.CancellationToken).ConfigureAwait(false)
            ?? throw new MetadataException(TrustFailure.NotFound, Role, version: null, $"the file {RoleNames.FileName(Role)}", "none");
        var timestamp = VerifyTimestamp(Envelope.Parse(Role, bytes), root);
        if (known is not null)
        {
            if (timestamp.Header.Version < known.Header.Version)
            {
                throw new MetadataException(TrustFailure.Rollback, Role, timestamp.Header.Version, $"version {known.Header.Version} or higher",
                    $"{timestamp.Header.Version}");
            }
            if (timestamp.Header.Version == known.Header.Version)
            {
                // Nothing is new. Content under a version that we know is not looked at: it could only be a change that nobody may make.
                RequireFresh(Role, known.Header, refresh.Time.Now);
                return known;
            }
            if (timestamp.Snapshot.Version < known.Snapshot.Version)
            {
                throw new MetadataException(TrustFailure.Rollback, Role, timestamp.Header.Version, $"snapshot version {known.Snapshot.Version} or higher in it",
                    $"{timestamp.Snapshot.Version}");
            }
        }
        RequireFresh(Role, timestamp.Header, refresh.Time.Now);
        _store.Write(Role, bytes.Span);
        return timestamp;
    }

    private async ValueTask<SnapshotMetadata> RefreshSnapshotAsync(RootMetadata root, TimestampMetadata timestamp, Refresh refresh)
    {
        const string Role = RoleNames.Snapshot;
        var listed = timestamp.Snapshot;
        // As rollback memory the stored file needs neither to be fresh nor to be the one that is listed.
        var known = ReadStored(Role, _options.MaxSnapshotBytes, refresh.Notes, e => VerifySnapshot(e, root));
        if (known is not null && IsListed(known.Envelope, known.Header.Version, listed))
        {
            RequireFresh(Role, known.Header, refresh.Time.Now);
            return known;
        }
        var referrer = $"timestamp v{timestamp.Header.Version}";
        var bytes = await FetchListedAsync(Role, listed, NameOf(Role, listed.Version, root), _options.MaxSnapshotBytes, referrer, refresh.CancellationToken)
            .ConfigureAwait(false);
        var snapshot = VerifySnapshot(Envelope.Parse(Role, bytes), root);
        RequireVersion(Role, snapshot.Header.Version, listed.Version, referrer);
        if (known is not null)
        {
            RequireNoRollback(snapshot, known);
        }
        RequireFresh(Role, snapshot.Header, refresh.Time.Now);
        _store.Write(Role, bytes.Span);
        _store.Prune(snapshot);
        return snapshot;
    }

    private static void RequireNoRollback(SnapshotMetadata snapshot, SnapshotMetadata known)
    {
        var version = snapshot.Header.Version;
        if (version < known.Header.Version)
        {
            throw new MetadataException(TrustFailure.Rollback, RoleNames.Snapshot, version, $"version {known.Header.Version} or higher", $"{version}");
        }
        foreach (var (name, old) in known.Meta)
        {
            if (!snapshot.Meta.TryGetValue(name, out var now))
            {
                throw new MetadataException(TrustFailure.RoleRemoved, RoleNames.Snapshot, version, $"{name}, which v{known.Header.Version} lists", "it missing");
            }
            if (now.Version < old.Version)
            {
                throw new MetadataException(TrustFailure.Rollback, RoleNames.Snapshot, version, $"{name} at version {old.Version} or higher", $"{now.Version}");
            }
        }
    }

    private static TimestampMetadata VerifyTimestamp(Envelope envelope, RootMetadata root)
    {
        RequireSigned(envelope, RoleNames.Timestamp, root);
        return TimestampMetadata.Read(envelope);
    }

    private static SnapshotMetadata VerifySnapshot(Envelope envelope, RootMetadata root)
    {
        RequireSigned(envelope, RoleNames.Snapshot, root);
        return SnapshotMetadata.Read(envelope);
    }

    private static void RequireSigned(Envelope envelope, string role, RootMetadata root)
    {
        MetadataHeader.CheckForm(envelope, role);
        SignatureVerifier.Require(envelope, root.Roles[role], root.Keys, $"root v{root.Header.Version}");
    }

    private static void RequireVersion(string role, long found, long expected, string referrer)
    {
        if (found != expected)
        {
            throw new MetadataException(TrustFailure.VersionMismatch, role, found, $"version {expected}, as {referrer} says", $"{found}");
        }
    }

    private static string NameOf(string role, long version, RootMetadata root) =>
        root.ConsistentSnapshot ? RoleNames.FileName(role, version) : RoleNames.FileName(role);
}
