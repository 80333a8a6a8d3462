using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>A release that devices can get today. What is only staged is none.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">For people.</param>
/// <param name="Number">The release number.</param>
/// <param name="MinRelease">The lowest release of the model that devices may run; null when there is none.</param>
internal sealed record PublishedRelease(string Model, string Version, long Number, long? MinRelease)
{
    private const string KeysExtension = ".keys";

    internal bool IsRevoked => MinRelease > Number;

    /// <summary>Finds a release that can be rolled out.</summary>
    /// <exception cref="RepositoryException">There is none of that name, it waits for signatures, or what devices need beside it is missing.</exception>
    internal static PublishedRelease Find(RepositoryContent content, string model, string version)
    {
        var path = ModelCatalog.PathOf(model, version);
        if (Lister(content, path) is not { } lister)
        {
            throw Missing(content, model, version, path);
        }
        if (content.Leaving.Contains(lister.Envelope.Role, StringComparer.Ordinal))
        {
            throw new RepositoryException(RepositoryFailure.Refused, lister.Envelope.Role, file: null, $"its removal waits for signatures, and {path} goes with it",
                "Choose a release of another role, or give the removal up with `edgefleet repo drop targets`");
        }
        var file = lister.Targets[path];
        foreach (var (companion, what, fix) in Companions(path, file))
        {
            if (!lister.Targets.ContainsKey(companion))
            {
                throw new RepositoryException(RepositoryFailure.NotFound, lister.Envelope.Role, file: null, $"{path} is listed, and {companion} is not: devices cannot get a release without its {what}", fix);
            }
        }
        var min = All(content).Where(t => IsOf(t.Path, model)).Max(t => Custom(t.File, "min_release"));
        return Custom(file, "release") is > 0 and var number
            ? new PublishedRelease(model, version, number, min)
            : throw new RepositoryException(RepositoryFailure.Damaged, lister.Envelope.Role, file: null, $"{path} states no release number", "Add the bundle with `edgefleet model add`, which gives it one");
    }

    /// <summary>Whether a release is listed and may run.</summary>
    internal static bool IsUsable(RepositoryContent content, string model, string version)
    {
        try
        {
            return !Find(content, model, version).IsRevoked;
        }
        catch (RepositoryException)
        {
            return false;
        }
    }

    private static IEnumerable<(string Path, string What, string Fix)> Companions(string path, TargetFile file)
    {
        yield return (ChunkIndex.PathOf(path), "chunk index", "Add the bundle again as another version with this program: `edgefleet model add` makes the index");
        if (Custom(file, "encrypted") is > 0)
        {
            yield return (Path.ChangeExtension(path, KeysExtension), "keys", "Make them with `edgefleet model rekey`");
        }
    }

    private static RepositoryException Missing(RepositoryContent content, string model, string version, string path)
    {
        if (content.TargetsRoles.FirstOrDefault(r => content.NewestTargets(r)!.Targets.ContainsKey(path)) is { } role)
        {
            return new RepositoryException(RepositoryFailure.Refused, role, file: null, $"{path} is staged and not published", "It waits for signatures: see `edgefleet repo status`, then sign with `edgefleet repo sign`");
        }
        var versions = All(content).Where(t => IsOf(t.Path, model)).Select(t => Path.GetFileNameWithoutExtension(t.Path)).Order(StringComparer.Ordinal).ToArray();
        if (versions.Length > 0)
        {
            return new RepositoryException(RepositoryFailure.NotFound, role: null, file: null, $"{model} {version} is not published", $"{NearestNames.Hint(version, versions)}Versions of {model} are: {string.Join(", ", versions)}");
        }
        var models = All(content).Select(t => t.Path.Split('/')[1]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return new RepositoryException(RepositoryFailure.NotFound, role: null, file: null, $"there is no model {model} in the repository",
            models.Length == 0 ? "It has none yet: add one with `edgefleet model add BUNDLE`" : $"{NearestNames.Hint(model, models)}Models are: {string.Join(", ", models)}");
    }

    private static TargetsMetadata? Lister(RepositoryContent content, string path) => content.Roles.Values.FirstOrDefault(r => r.Targets.ContainsKey(path));

    private static IEnumerable<(string Path, TargetFile File)> All(RepositoryContent content) =>
        content.Roles.Values.SelectMany(r => r.Targets).Where(t => t.Key.StartsWith("models/", StringComparison.Ordinal) && t.Key.EndsWith(ModelCatalog.Extension, StringComparison.Ordinal) && t.Key.Count(c => c == '/') == 2)
            .Select(t => (t.Key, t.Value));

    private static bool IsOf(string path, string model) => path.StartsWith($"models/{model}/", StringComparison.Ordinal);

    private static long? Custom(TargetFile file, string name) => file.Custom?.Find(name) is { Kind: JsonKind.Integer } number ? number.Integer : null;
}
