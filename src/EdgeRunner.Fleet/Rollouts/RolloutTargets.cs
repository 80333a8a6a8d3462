using EdgeRunner.Fleet.Commands;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>The desired states in a repository, as published.</summary>
internal static class RolloutTargets
{
    private const string Prefix = "rollout/";
    private const string Suffix = ".json";

    /// <summary>Names of the groups.</summary>
    internal static IReadOnlyList<string> Groups(RepositoryContent content) => [.. content.Roles.Values.SelectMany(r => r.Targets.Keys)
        .Where(p => p.StartsWith(Prefix, StringComparison.Ordinal) && p.EndsWith(Suffix, StringComparison.Ordinal) && p.Length > Prefix.Length + Suffix.Length)
        .Select(p => p[Prefix.Length..^Suffix.Length]).Where(g => EdgeTopics.IsValidName(g)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>What a group is to run; null when nothing was ever said.</summary>
    /// <exception cref="RepositoryException">The document is damaged or missing.</exception>
    internal static DesiredState? Find(RepositoryContent content, string group)
    {
        var path = DesiredState.TargetPath(group);
        if (content.Roles.Values.Select(r => r.Targets.GetValueOrDefault(path)).OfType<TargetFile>().FirstOrDefault() is not { } file)
        {
            return null;
        }
        var place = content.Layout.TargetFile(path, file.Digests);
        try
        {
            var bytes = File.ReadAllBytes(place);
            return file.Digests.Mismatch(bytes) is var (expected, found) ? throw new FormatException($"expected {expected}, found {found}") : RolloutDocument.Parse(bytes, group);
        }
        catch (Exception e) when (e is FormatException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RepositoryException(RepositoryFailure.Damaged, role: null, place, e is FormatException ? $"the rollout of group {group} cannot be read: {e.Message}" : $"the rollout of group {group} is listed, and its file is missing",
                $"Restore the file from a backup or a mirror, or begin anew: `edgefleet rollout remove {group}`, then `edgefleet rollout set`", e);
        }
    }

    /// <exception cref="RepositoryException">There is no such group.</exception>
    internal static DesiredState Require(RepositoryContent content, string group) => Find(content, group) ?? throw NoSuchGroup(content, group);

    /// <exception cref="RepositoryException">There is no such model in that group.</exception>
    internal static DesiredModel RequireModel(DesiredState state, string model) => state.Models.GetValueOrDefault(model)
        ?? throw new RepositoryException(RepositoryFailure.NotFound, role: null, file: null, $"group {state.Group} has no model {model}",
            state.Models.Count == 0 ? "It has none" : $"{NearestNames.Hint(model, state.Models.Keys)}It has: {string.Join(", ", state.Models.Keys)}");

    internal static RepositoryException NoSuchGroup(RepositoryContent content, string group)
    {
        var groups = Groups(content);
        return new RepositoryException(RepositoryFailure.NotFound, role: null, file: null, $"nothing is rolled out to a group {group}",
            groups.Count == 0 ? "Begin with `edgefleet rollout set GROUP MODEL@VERSION`" : $"{NearestNames.Hint(group, groups)}Groups are: {string.Join(", ", groups)}");
    }
}
