using EdgeRunner.Inference.Bundles;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>Models as targets: <c>models/NAME/VERSION.ermodel</c>, with <c>custom</c> fields that a device needs before it fetches anything.</summary>
/// <remarks>
/// <c>custom</c>: <c>name</c>, <c>version</c>, <c>release</c> (1, 2, 3… for each model, never used twice: versions are for people, this is the order that devices
/// trust), <c>unpacked_bytes</c> (of the bundle's files), <c>min_release</c> (when there is one: devices must not run a lower release, not even to go back to it).
/// </remarks>
internal static class ModelCatalog
{
    internal const string Extension = ".ermodel";

    private const string Prefix = "models/";

    internal static string PathOf(string name, string version) => $"{Prefix}{name}/{version}{Extension}";

    /// <summary>All models, published and staged, by name and release.</summary>
    internal static IReadOnlyList<ModelEntry> Read(RepositoryContent content)
    {
        var all = new List<ModelEntry>();
        foreach (var role in content.TargetsRoles)
        {
            var published = content.Roles.GetValueOrDefault(role)?.Targets;
            var newest = content.NewestTargets(role)!.Targets;
            foreach (var (path, file) in newest.Where(t => IsModel(t.Key)))
            {
                all.Add(Entry(role, path, file, published?.GetValueOrDefault(path) is { } before && Same(before, file) ? "published" : "staged"));
            }
            foreach (var (path, file) in (published ?? newest).Where(t => IsModel(t.Key) && !newest.ContainsKey(t.Key)))
            {
                all.Add(Entry(role, path, file, "removal staged"));
            }
        }
        return [.. all.OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.Release).ThenBy(m => m.Version, StringComparer.Ordinal)];
    }

    /// <exception cref="RepositoryException">There is none.</exception>
    internal static ModelEntry Find(RepositoryContent content, string name, string version)
    {
        var models = Read(content);
        return models.FirstOrDefault(m => Is(m, name) && string.Equals(m.Version, version, StringComparison.Ordinal))
            ?? throw new RepositoryException(RepositoryFailure.NotFound, role: null, file: null, $"there is no model {name} {version} in the repository", models.Any(m => Is(m, name))
                ? $"Versions of {name} are: {string.Join(", ", models.Where(m => Is(m, name)).Select(m => m.Version))}"
                : $"Models are: {(models.Count == 0 ? "none" : string.Join(", ", models.Select(m => m.Name).Distinct(StringComparer.Ordinal)))}");
    }

    /// <summary>Adds a bundle that was verified.</summary>
    /// <returns>What was done, in words.</returns>
    /// <exception cref="RepositoryException">That version is there, or no role may list it.</exception>
    internal static string Add(TufRepository repository, ModelBundle bundle, string? role)
    {
        var manifest = bundle.Manifest;
        var version = manifest.Version.ToString();
        var path = PathOf(manifest.Name, version);
        var models = Read(repository.Content).Where(m => Is(m, manifest.Name)).ToArray();
        if (models.FirstOrDefault(m => string.Equals(m.Target, path, StringComparison.Ordinal)) is { } there)
        {
            throw new RepositoryException(RepositoryFailure.AlreadyThere, there.Role, file: null,
                $"{manifest.Title} is in the repository already{(string.Equals(there.Sha256, bundle.Sha256, StringComparison.Ordinal) ? "" : ", with another content")}",
                "Give the new bundle another version: one version is one content, for ever");
        }
        // Never below what was given away once, also when the newest release was removed.
        var release = Math.Max(models.Select(m => m.Release).DefaultIfEmpty().Max(), models.Select(m => m.MinRelease ?? 0).DefaultIfEmpty().Max()) + 1;
        var custom = new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            ["name"] = JsonTree.Of(manifest.Name),
            ["version"] = JsonTree.Of(version),
            ["release"] = JsonTree.Of(release),
            ["unpacked_bytes"] = JsonTree.Of(manifest.Files.Sum(f => f.SizeBytes)),
        };
        if (models.Max(m => m.MinRelease) is { } min)
        {
            custom["min_release"] = JsonTree.Of(min);
        }
        var lister = repository.AddTarget(role, path, bundle.Path, JsonTree.Of(custom), bundle.Sha256);
        return $"Staged: {path}, release {release}, {bundle.SizeBytes} bytes, in {lister}.";
    }

    /// <summary>Stages that devices must not run a release of a model below that of a version.</summary>
    internal static string SetMinRelease(TufRepository repository, string name, string version)
    {
        var limit = Find(repository.Content, name, version);
        var models = Read(repository.Content).Where(m => Is(m, name) && m.State is not "removal staged").ToArray();
        foreach (var role in models.Select(m => m.Role).Distinct(StringComparer.Ordinal))
        {
            var targets = repository.Content.NewestTargets(role)!.Targets;
            repository.SetCustom(role, models.Where(m => string.Equals(m.Role, role, StringComparison.Ordinal))
                .ToDictionary(m => m.Target, m => (targets[m.Target].Custom ?? JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal))).With("min_release", JsonTree.Of(limit.Release)), StringComparer.Ordinal));
        }
        return $"Staged: {name} must be {version} (release {limit.Release}) or later.";
    }

    private static bool Is(ModelEntry model, string name) => string.Equals(model.Name, name, StringComparison.Ordinal);

    private static bool IsModel(string path) => path.StartsWith(Prefix, StringComparison.Ordinal) && path.EndsWith(Extension, StringComparison.Ordinal) && path.Count(c => c == '/') == 2;

    private static bool Same(TargetFile a, TargetFile b) => a.Length == b.Length && string.Equals(a.Digests.Preferred, b.Digests.Preferred, StringComparison.Ordinal) && string.Equals(a.Custom?.ToString(), b.Custom?.ToString(), StringComparison.Ordinal);

    private static ModelEntry Entry(string role, string path, TargetFile file, string state)
    {
        var parts = path.Split('/');
        return new ModelEntry(parts[1], parts[2][..^Extension.Length], Number(file, "release") ?? 0, Number(file, "min_release"), file.Length, Number(file, "unpacked_bytes"),
            file.Digests.All.GetValueOrDefault("sha256") ?? "", path, role, state);
    }

    private static long? Number(TargetFile file, string name) => file.Custom?.Find(name) is { Kind: JsonKind.Integer } number ? number.Integer : null;
}
