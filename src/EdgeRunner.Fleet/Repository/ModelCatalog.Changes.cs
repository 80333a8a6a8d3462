using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <content>Adding and removing. Each only stages, all that belongs to a model together.</content>
internal static partial class ModelCatalog
{
    private const string OneContent = "Give the new bundle another version: one version is one content, for ever";

    /// <summary>Adds a bundle that was verified, and its chunk index.</summary>
    /// <returns>What was done, in words.</returns>
    /// <exception cref="RepositoryException">That version is there, or no role may list it.</exception>
    internal static string Add(TufRepository repository, ModelBundle bundle, string? role, CancellationToken cancellationToken) =>
        Add(repository, bundle.Manifest, new ReleaseContent(bundle.Path, bundle.Sha256), role, cancellationToken);

    /// <summary>Adds a model whose release is another file than its bundle, e.g. because it is encrypted.</summary>
    /// <param name="repository">Where to.</param>
    /// <param name="manifest">Of the verified bundle.</param>
    /// <param name="content">What devices fetch, where it is cut, and what goes beside it.</param>
    /// <param name="role">The role that is to list it; null for the one that may speak for its path.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was done, in words.</returns>
    /// <exception cref="RepositoryException">That version is there, no role may list it, or the file changed since it was checked.</exception>
    internal static string Add(TufRepository repository, ModelManifest manifest, ReleaseContent content, string? role, CancellationToken cancellationToken)
    {
        var version = manifest.Version.ToString();
        var path = PathOf(manifest.Name, version);
        var models = Read(repository.Content).Where(m => Is(m, manifest.Name)).ToArray();
        RequireNew(repository, manifest, content.Sha256, role); // a large file is not read for nothing
        // The same file under the same version is the release that it was.
        var before = Removed(repository.Content, manifest.Name).FirstOrDefault(r => string.Equals(r.Key, path, StringComparison.Ordinal)).Value;
        var release = before?.Release ?? NextRelease(repository.Content, manifest.Name);
        var custom = new Dictionary<string, JsonTree>(content.Custom, StringComparer.Ordinal)
        {
            ["name"] = JsonTree.Of(manifest.Name),
            ["version"] = JsonTree.Of(version),
            ["release"] = JsonTree.Of(release),
            ["unpacked_bytes"] = JsonTree.Of(manifest.Files.Sum(f => f.SizeBytes)),
            [NeedsMember] = ModelNeeds.Of(manifest).ToJson(),
        };
        var min = models.Select(m => m.MinRelease).Concat(Removed(repository.Content, manifest.Name).Select(r => r.Value.MinRelease)).Max();
        if (min is not null)
        {
            custom["min_release"] = JsonTree.Of(min.Value);
        }
        var index = MakeIndex(path, content, cancellationToken);
        var lister = repository.AddTargets(role,
        [
            NewTarget.OfFile(path, content.Path) with { Custom = JsonTree.Of(custom), ExpectedSha256 = content.Sha256 },
            IndexTarget(index),
            .. content.Companions.Select(one => NewTarget.OfBytes(Path.ChangeExtension(path, one.Key), one.Value)),
        ]);
        return $"Staged: {path}, release {release}{(before is null ? "" : " as before it was removed")}, {index.Length} bytes in {index.Count} chunks, in {lister}.{(release < min ? $" Warning: devices must not run any release below {min} (min-release)." : "")}";
    }

    /// <summary>The release number that the next version of a model gets: never one that was published once, also when that release was removed, or went with its team. To
    /// devices a lower number is a way back.</summary>
    internal static long NextRelease(RepositoryContent content, string name) => Read(content).Where(m => Is(m, name)).Select(m => Math.Max(m.Release, m.MinRelease ?? 0))
        .Concat(Removed(content, name).Select(r => Math.Max(r.Value.Release, r.Value.MinRelease ?? 0))).DefaultIfEmpty().Max() + 1;

    /// <summary>Releases of a model that were published and are not listed any more, by target.</summary>
    private static IEnumerable<KeyValuePair<string, RemovedTarget>> Removed(RepositoryContent content, string name) =>
        RemovedTargets.All(content).Where(t => IsModel(t.Key) && string.Equals(t.Key.Split('/')[1], name, StringComparison.Ordinal));

    /// <summary>Finds out at once whether a model can be added.</summary>
    /// <param name="repository">Where to.</param>
    /// <param name="manifest">Of the verified bundle.</param>
    /// <param name="sha256">Of the file that devices are to fetch; null when that is not known yet.</param>
    /// <param name="role">The role that is to list it; null for the one that may speak for its path.</param>
    /// <exception cref="RepositoryException">That version is there, or no role may list it.</exception>
    internal static void RequireNew(TufRepository repository, ModelManifest manifest, string? sha256, string? role)
    {
        var path = PathOf(manifest.Name, manifest.Version.ToString());
        if (Read(repository.Content).FirstOrDefault(m => string.Equals(m.Target, path, StringComparison.Ordinal)) is { } there)
        {
            throw AlreadyThere(manifest, sha256, there, isPublished: repository.Content.Roles.GetValueOrDefault(there.Role)?.Targets.ContainsKey(path) is true);
        }
        if (RemovedTargets.All(repository.Content).TryGetValue(path, out var before) && !string.Equals(before.Sha256, sha256, StringComparison.Ordinal))
        {
            throw new RepositoryException(RepositoryFailure.AlreadyThere, role, file: null,
                $"{manifest.Title} was published as release {before.Release} and removed{(sha256 is null ? ", and encrypted (again) it would be another file" : $", with another content (SHA-256 {before.Sha256}; this is {sha256})")}", OneContent);
        }
        repository.RoleFor(role, path);
    }

    /// <summary>Stages the removal of a model with all that stands beside it.</summary>
    /// <returns>What was done, in words.</returns>
    /// <exception cref="RepositoryException">There is none.</exception>
    internal static string Remove(TufRepository repository, string name, string version)
    {
        var model = Find(repository.Content, name, version);
        var stem = model.Target[..^Extension.Length];
        // NAME/1.2.0.chunks belongs to 1.2.0, and NAME/1.2.0.1.ermodel does not.
        string[] companions = [.. repository.Content.NewestTargets(model.Role)!.Targets.Keys
            .Where(path => path.StartsWith(stem, StringComparison.Ordinal) && path.LastIndexOf('.') == stem.Length && !string.Equals(path, model.Target, StringComparison.Ordinal))];
        repository.RemoveTargets(model.Role, [model.Target, .. companions]);
        return $"Staged: {string.Join(" and ", (string[])[model.Target, .. companions])} removed from {model.Role}.";
    }

    /// <summary>Stages what releases of an older edgefleet lack: the chunk index, and what the model needs of a device.</summary>
    /// <param name="repository">Where.</param>
    /// <param name="name">The model.</param>
    /// <param name="version">The version; null for all that have no index.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was done, in words.</returns>
    /// <exception cref="RepositoryException">There is no such model, or its file is missing or damaged.</exception>
    internal static IReadOnlyList<string> AddIndexes(TufRepository repository, string name, string? version, CancellationToken cancellationToken)
    {
        ModelEntry[] models = version is not null
            ? [Find(repository.Content, name, version)]
            : [.. Read(repository.Content).Where(m => Is(m, name))];
        if (models.Length == 0)
        {
            Find(repository.Content, name, "(any)"); // throws with the names there are
        }
        var done = new List<string>();
        foreach (var model in models.Where(m => m.State is not RemovalStaged))
        {
            done.Add(model.Chunks is null ? AddIndex(repository, model, cancellationToken) : $"{model.Target} has its index already: {model.Chunks} chunks.");
        }
        return done;
    }

    private static string AddIndex(TufRepository repository, ModelEntry model, CancellationToken cancellationToken)
    {
        var target = repository.Content.NewestTargets(model.Role)!.Targets[model.Target];
        var file = repository.Content.Layout.TargetFile(model.Target, target.Digests);
        if (!File.Exists(file))
        {
            throw new RepositoryException(RepositoryFailure.NotFound, model.Role, file, $"{model.Target} is listed, and its file is not there", "Bring it back from a copy of the repository; see `edgefleet repo verify`");
        }
        var index = MakeIndex(model.Target, new ReleaseContent(file, model.Sha256), cancellationToken);
        // What is encrypted cannot say what it needs.
        if (model.Needs is null && target.Custom?.Find(EncryptedMember) is null)
        {
            using var bundle = ModelBundle.Open(file);
            var custom = target.Custom ?? JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal));
            repository.SetCustom(model.Role, new Dictionary<string, JsonTree>(StringComparer.Ordinal) { [model.Target] = custom.With(NeedsMember, ModelNeeds.Of(bundle.Manifest).ToJson()) });
        }
        var lister = repository.AddTargets(model.Role, [IndexTarget(index)]);
        return $"Staged: {index.Count} chunks for {model.Target}, in {lister}.";
    }

    private static ChunkIndex MakeIndex(string path, ReleaseContent content, CancellationToken cancellationToken)
    {
        using var file = new FileStream(content.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        var index = content.ChunkLengths is null ? FileChunker.Index(path, file, cancellationToken) : FileChunker.Index(path, file, content.ChunkLengths, cancellationToken);
        return string.Equals(index.Sha256, content.Sha256, StringComparison.Ordinal) ? index : throw new RepositoryException(RepositoryFailure.Refused, role: null, content.Path,
            $"its SHA-256 is {index.Sha256}, and {content.Sha256} is what was checked or signed", "Try again when nobody writes to it");
    }

    private static NewTarget IndexTarget(ChunkIndex index) => NewTarget.OfBytes(ChunkIndex.PathOf(index.Target), index.ToBytes()) with
    {
        Custom = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { [ChunksMember] = JsonTree.Of(index.Count) }),
    };

    private static RepositoryException AlreadyThere(ModelManifest manifest, string? sha256, ModelEntry there, bool isPublished)
    {
        var same = string.Equals(there.Sha256, sha256, StringComparison.Ordinal);
        var other = same || sha256 is null ? "" : ", with another content";
        var (problem, advice) = (there.State, isPublished) switch
        {
            (RemovalStaged, _) => ("is published, and its removal waits for signatures", $"`edgefleet repo drop {there.Role}` gives the removal up"),
            (_, false) => ($"is staged already{other}, and waits to be signed and published",
                $"`edgefleet repo sign` does that, and `edgefleet repo status` says whose signatures are missing{(same ? "" : $"; `edgefleet repo drop {there.Role}` gives up all that is staged for that role")}"),
            _ => ($"is in the repository already{other}", same && there.Chunks is null ? $"It has no chunk index: `edgefleet model index {there.Name} {there.Version}` adds one" : OneContent),
        };
        return new RepositoryException(RepositoryFailure.AlreadyThere, there.Role, file: null, $"{manifest.Title} {problem}", advice);
    }
}
