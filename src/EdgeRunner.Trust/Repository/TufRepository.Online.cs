using System.Security.Cryptography;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <content>Small targets of roles that no person signs.</content>
public sealed partial class TufRepository
{
    /// <summary>Old files of one target that stay: a device with metadata of a moment ago may be fetching one.</summary>
    internal const int KeptOldFiles = 8;

    /// <summary>Sets or removes targets of an online role and publishes them at once, with the role, snapshot and timestamp. Publishes nothing that is staged,
    /// and waits for nothing that is: a rollout must be stoppable while people sign.</summary>
    /// <param name="documents">Content by target path; null removes the target. All belong to one role.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was published.</returns>
    /// <exception cref="RepositoryException">The role that may speak for a path is signed by people, an online key is missing, or the clock is wrong. Nothing was
    /// published.</exception>
    /// <exception cref="IOException">The disk is full or broken. The old repository is valid.</exception>
    public async Task<PublishReport> PublishDocumentsAsync(IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> documents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(documents);
        RequirePublished();
        RequireClock();
        var role = OnlineRoleOf(documents.Keys);
        var files = documents.ToDictionary(d => d.Key, d => d.Value is { } content ? new TargetFile(content.Length, FileDigests.Of(content.Span), Custom: null) : null, StringComparer.Ordinal);
        JsonTree Edit(JsonTree signed) => files.Aggregate(signed, (tree, file) => tree.WithTarget(file.Key, file.Value));

        var version = Content.VersionOf(role) + 1;
        var authority = RepositoryContent.AuthoritiesOf(role, Content.Root, Content.Roles)[0];
        var signed = Edit(Content.Roles[role].Envelope.Signed).WithHeader(version, ExpiryOf(role));
        var envelope = await SignOnlineAsync(role, signed, authority, cancellationToken).ConfigureAwait(false);
        foreach (var (path, file) in files.Where(f => f.Value is not null))
        {
            var place = Layout.TargetFile(path, file!.Digests);
            _writer.MakeDirectory(Path.GetDirectoryName(place)!, Layout.DirectoryPath);
            _writer.Write(place, documents[path]!.Value.Span);
        }
        // What waits for other keys of this role must not bring the old targets back when it is published.
        if (Content.Staged.TryGetValue(role, out var staged))
        {
            Stage(Envelope.Build(role, Edit(staged.Signed).WithHeader(Math.Max(version + 1, MetadataHeader.ClaimedVersion(staged) ?? 0), ExpiryOf(role)), []));
            await SignAsync(Online.Signers, [role], cancellationToken).ConfigureAwait(false);
        }
        var published = new List<string>();
        await CommitAsync([envelope], published, cancellationToken).ConfigureAwait(false);
        foreach (var path in files.Keys)
        {
            SweepOldFiles(path);
        }
        return new PublishReport(published, Waiting());
    }

    private string OnlineRoleOf(IEnumerable<string> paths)
    {
        string? role = null;
        foreach (var path in paths)
        {
            CheckTargetPath(path);
            // As published: a delegation that is only staged gives nobody a right yet.
            var found = Content.Roles[RoleNames.Targets].Delegations?.Roles.FirstOrDefault(r => r.Covers(path))?.Name;
            if (found is null || !Content.Settings.OnlineRoles.Contains(found, StringComparer.Ordinal))
            {
                throw new RepositoryException(RepositoryFailure.Refused, found, file: null, found is null ? $"no delegation covers {path}" : $"{path} belongs to this role, which people sign",
                    "Documents like this need a role with online keys: add one with `edgefleet repo add-delegation rollout --path 'rollout/*' --online`");
            }
            if (role is not null && !string.Equals(role, found, StringComparison.Ordinal))
            {
                throw new RepositoryException(RepositoryFailure.Refused, role, file: null, $"{path} belongs to {found}, and the others to {role}", "Publish them one after the other");
            }
            role = found;
        }
        return role ?? throw new ArgumentException("There is no document", nameof(paths));
    }

    /// <summary>Removes the oldest files of a target that no metadata names.</summary>
    private void SweepOldFiles(string path)
    {
        var slash = path.LastIndexOf('/') + 1;
        var directory = Path.Combine(Layout.Targets, path[..slash]);
        if (!Directory.Exists(directory))
        {
            return;
        }
        var suffix = "." + path[slash..];
        var named = Content.TargetsRoles.SelectMany(r => (TargetsMetadata?[])[Content.Roles.GetValueOrDefault(r), Content.NewestTargets(r)])
            .Select(r => r?.Targets.GetValueOrDefault(path)).OfType<TargetFile>().Select(f => Layout.TargetFile(path, f.Digests)).ToHashSet(StringComparer.Ordinal);
        // "a.json" is also how "DIGEST.b.a.json" ends: the name must be a digest and this.
        foreach (var old in new DirectoryInfo(directory).EnumerateFiles("*" + suffix).Where(f => f.Name.Length - suffix.Length == 2 * SHA256.HashSizeInBytes && !named.Contains(f.FullName))
            .OrderByDescending(f => f.LastWriteTimeUtc).Skip(KeptOldFiles).ToArray())
        {
            _writer.DeleteQuietly(old.FullName);
        }
    }
}
