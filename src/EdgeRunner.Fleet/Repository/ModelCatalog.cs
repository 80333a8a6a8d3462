using EdgeRunner.Inference.Chunks;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>Models as targets: <c>models/NAME/VERSION.ermodel</c>, with <c>custom</c> fields that a device needs before it fetches anything.</summary>
/// <remarks>
/// <c>custom</c>: <c>name</c>, <c>version</c>, <c>release</c> (1, 2, 3… for each model, never used twice: versions are for people, this is the order that devices
/// trust), <c>unpacked_bytes</c> (of the bundle's files), <c>needs</c> (<see cref="ModelNeeds"/>), <c>min_release</c> (when there is one: devices must not run a lower
/// release, not even to go back to it). Beside each, listed by the same role: <c>models/NAME/VERSION.chunks</c>, its <see cref="ChunkIndex"/>, with <c>chunks</c>
/// (how many) under <c>custom</c>. What is encrypted has <c>encrypted: 1</c> and, beside it, <c>models/NAME/VERSION.keys</c>; its index is over the ciphertext.
/// </remarks>
internal static partial class ModelCatalog
{
    internal const string Extension = ".ermodel";

    private const string Prefix = "models/";
    private const string ChunksMember = "chunks";
    private const string NeedsMember = "needs";
    private const string RemovalStaged = "removal staged";

    /// <summary>1 in the <c>custom</c> of a release that is encrypted.</summary>
    internal const string EncryptedMember = "encrypted";

    internal static string PathOf(string name, string version) => $"{Prefix}{name}/{version}{Extension}";

    /// <summary>All models, published and staged, by name and release.</summary>
    internal static IReadOnlyList<ModelEntry> Read(RepositoryContent content)
    {
        var all = new List<ModelEntry>();
        var leaving = content.Leaving;
        foreach (var role in content.TargetsRoles)
        {
            var leaves = leaving.Contains(role, StringComparer.Ordinal);
            var published = content.Roles.GetValueOrDefault(role)?.Targets;
            var newest = content.NewestTargets(role)!.Targets;
            foreach (var (path, file) in newest.Where(t => IsModel(t.Key)))
            {
                var index = ChunkIndex.PathOf(path);
                all.Add(Entry(role, path, newest, leaves ? RemovalStaged : IsPublished(path, file) && (!newest.TryGetValue(index, out var chunks) || IsPublished(index, chunks)) ? "published" : "staged"));
            }
            foreach (var path in (published ?? newest).Keys.Where(t => IsModel(t) && !newest.ContainsKey(t)))
            {
                all.Add(Entry(role, path, published!, RemovalStaged));
            }

            bool IsPublished(string path, TargetFile file) => published?.GetValueOrDefault(path) is { } before && Same(before, file);
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

    /// <summary>Stages that devices must not run a release of a model below that of a version.</summary>
    internal static string SetMinRelease(TufRepository repository, string name, string version)
    {
        var limit = Find(repository.Content, name, version);
        var models = Read(repository.Content).Where(m => Is(m, name) && m.State is not RemovalStaged).ToArray();
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

    private static ModelEntry Entry(string role, string path, IReadOnlyDictionary<string, TargetFile> targets, string state)
    {
        var parts = path.Split('/');
        var file = targets[path];
        return new ModelEntry(parts[1], parts[2][..^Extension.Length], Number(file, "release") ?? 0, Number(file, "min_release"), file.Length, Number(file, "unpacked_bytes"),
            file.Digests.All.GetValueOrDefault("sha256") ?? "", path, role, state)
        {
            Chunks = targets.TryGetValue(ChunkIndex.PathOf(path), out var index) ? Number(index, ChunksMember) ?? 0 : null,
            Needs = ModelNeeds.Read(file.Custom),
            Encrypted = Number(file, EncryptedMember) is 1,
        };
    }

    private static long? Number(TargetFile file, string name) => file.Custom?.Find(name) is { Kind: JsonKind.Integer } number ? number.Integer : null;
}
