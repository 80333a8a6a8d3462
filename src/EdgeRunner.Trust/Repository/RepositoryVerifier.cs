using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>Checks a whole repository as a device sees it, with the code that runs on devices.</summary>
public sealed class RepositoryVerifier(RepositoryLayout layout, TimeProvider timeProvider)
{
    /// <summary>Refreshes as a device would that knows only the first root, then looks up every target that any role lists and reads its file.</summary>
    /// <param name="initialRoot">The root that devices are provisioned with; null for <c>1.root.json</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The disk cannot be read, or has no space for a few files in the temporary directory.</exception>
    public async Task<VerifiedRepository> VerifyAsync(ReadOnlyMemory<byte>? initialRoot, CancellationToken cancellationToken)
    {
        var state = Directory.CreateTempSubdirectory("edgefleet-verify-").FullName;
        try
        {
            return await VerifyAsync(state, initialRoot, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException e)
        {
            return new VerifiedRepository("", new Dictionary<string, long>(StringComparer.Ordinal), 0, [e.Message]);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private async Task<VerifiedRepository> VerifyAsync(string state, ReadOnlyMemory<byte>? initialRoot, CancellationToken cancellationToken)
    {
        var folder = new RepositoryFolder(layout);
        var store = new MetadataStore(state);
        var root = initialRoot ?? await ReadFirstRootAsync(folder, cancellationToken).ConfigureAwait(false);
        store.Provision(root);
        var client = new TufClient(store, folder, new TrustClock(timeProvider, DateTimeOffset.UnixEpoch, () => true));
        var trusted = await client.RefreshAsync(cancellationToken).ConfigureAwait(false);
        var first = RootMetadata.Read(Envelope.Parse(RoleNames.Root, root)).Header.Version;
        var found = new Findings(folder, client, trusted);
        await found.WalkAsync(cancellationToken).ConfigureAwait(false);
        return new VerifiedRepository($"{first} to {trusted.Root.Header.Version}", found.Roles, found.Targets, found.Problems);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadFirstRootAsync(RepositoryFolder folder, CancellationToken cancellationToken)
    {
        var name = RoleNames.FileName(RoleNames.Root, 1);
        var result = await folder.FetchAsync(name, RepositoryContent.Bounds.MaxRootBytes, cancellationToken).ConfigureAwait(false);
        return result.IsNotFound || result.IsTooLong
            ? throw new MetadataException(TrustFailure.NotFound, RoleNames.Root, 1, $"the file {name}", result.IsNotFound ? "none" : "one that is too long")
            : result.Bytes;
    }

    /// <summary>The walk through the delegations.</summary>
    private sealed class Findings(RepositoryFolder folder, TufClient client, RefreshResult trusted)
    {
        private const int BufferBytes = 1 << 20;

        internal Dictionary<string, long> Roles { get; } = new(StringComparer.Ordinal)
        {
            [RoleNames.Timestamp] = trusted.Timestamp.Header.Version,
            [RoleNames.Snapshot] = trusted.Snapshot.Header.Version,
        };

        internal List<string> Problems { get; } = [];

        internal int Targets { get; private set; }

        internal async Task WalkAsync(CancellationToken cancellationToken)
        {
            var waiting = new Queue<TargetsMetadata>([trusted.Targets]);
            Roles.Add(RoleNames.Targets, trusted.Targets.Header.Version);
            while (waiting.TryDequeue(out var role))
            {
                foreach (var path in role.Targets.Keys.Order(StringComparer.Ordinal))
                {
                    await CheckTargetAsync(role.Envelope.Role, path, cancellationToken).ConfigureAwait(false);
                }
                foreach (var child in role.Delegations?.Roles ?? [])
                {
                    // For every delegator, since each names its own keys; and not by a search, which a role of higher priority may end before it gets there.
                    if (await LoadAsync(role, child, cancellationToken).ConfigureAwait(false) is { } loaded && Roles.TryAdd(child.Name, loaded.Header.Version))
                    {
                        waiting.Enqueue(loaded);
                    }
                }
            }
        }

        private async Task<TargetsMetadata?> LoadAsync(TargetsMetadata delegator, DelegatedRole role, CancellationToken cancellationToken)
        {
            try
            {
                return await client.LoadAsync(delegator, role, cancellationToken).ConfigureAwait(false);
            }
            catch (TrustException e)
            {
                Problems.Add(e.Message);
                return null;
            }
        }

        private async Task CheckTargetAsync(string role, string path, CancellationToken cancellationToken)
        {
            try
            {
                var match = await client.FindTargetAsync(path, cancellationToken).ConfigureAwait(false);
                if (!string.Equals(match.Role, role, StringComparison.Ordinal))
                {
                    Problems.Add($"{role}: {path} is listed here, and devices find it in {match.Role}");
                    return;
                }
                if (await FileProblemAsync(match, cancellationToken).ConfigureAwait(false) is { } problem)
                {
                    Problems.Add($"{role}: {path}: {problem}");
                    return;
                }
                Targets++;
            }
            catch (TrustException e)
            {
                Problems.Add(e.Message);
            }
        }

        private async Task<string?> FileProblemAsync(TargetMatch match, CancellationToken cancellationToken)
        {
            var content = await folder.OpenAsync(match.FetchName, cancellationToken).ConfigureAwait(false);
            if (content is null)
            {
                return $"the file targets/{match.FetchName} is missing";
            }
            using (content)
            {
                if (content.Length != match.File.Length)
                {
                    return $"expected {match.File.Length} bytes in targets/{match.FetchName}, found {content.Length}";
                }
                using var check = new DigestCheck(match.File.Digests);
                var buffer = new byte[BufferBytes];
                while (await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
                {
                    check.Append(buffer.AsSpan(0, read));
                }
                return check.Mismatch() is var (expected, found) ? $"expected {expected} of targets/{match.FetchName}, found {found}" : null;
            }
        }
    }
}
