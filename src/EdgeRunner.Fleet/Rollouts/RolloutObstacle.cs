using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>Why devices cannot follow a rollout: its release was removed or forbidden after somebody had set it. The signatures of such a repository are all good, so nothing else tells.</summary>
internal static class RolloutObstacle
{
    /// <summary>What stands in the way of a wanted release, by what is published; null when nothing does.</summary>
    internal static string? Find(RepositoryContent content, WantedRelease wanted)
    {
        try
        {
            var release = PublishedRelease.Find(content, wanted.Model, wanted.Version);
            return release.IsRevoked ? Forbidden(release.Number, release.MinRelease!.Value) : null;
        }
        catch (RepositoryException e)
        {
            return e.Problem;
        }
    }

    /// <summary>A line for each model of a rollout that devices cannot get or must not run.</summary>
    internal static IReadOnlyList<string> Of(RepositoryContent content, IEnumerable<WantedRelease> wanted) =>
        [.. wanted.Select(w => (Wanted: w, Problem: Find(content, w))).Where(w => w.Problem is not null).Select(w => $"{w.Wanted.Words}, and {w.Problem}")];

    /// <summary>As <see cref="Of"/>, for all rollouts.</summary>
    internal static IReadOnlyList<string> All(RepositoryContent content)
    {
        var unreadable = new List<string>();
        var wanted = WantedRelease.Read(content, unreadable);
        return [.. unreadable, .. Of(content, wanted)];
    }

    /// <summary>What a staged role takes away from devices that follow a rollout: for whoever is to sign it.</summary>
    /// <param name="content">The repository.</param>
    /// <param name="role">The staged role.</param>
    internal static IReadOnlyList<string> Coming(RepositoryContent content, string role)
    {
        if (content.Roles.GetValueOrDefault(role) is not { } published || content.NewestTargets(role) is not { } next)
        {
            return [];
        }
        return [.. WantedRelease.Read(content, []).Where(w => Find(content, w) is null).Select(w => (Wanted: w, Problem: Problem(w))).Where(w => w.Problem is not null).Select(w => $"Warning: {w.Wanted.Words}, and {w.Problem}")];

        string? Problem(WantedRelease wanted)
        {
            if (!next.Targets.TryGetValue(wanted.Path, out var file))
            {
                return published.Targets.ContainsKey(wanted.Path) ? "this takes it away: devices keep what they run, and cannot get it again" : null;
            }
            return MinRelease(next, wanted.Model) is { } min && Number(file, "release") is { } release && release < min ? $"{Forbidden(release, min)}: they stop it" : null;
        }
    }

    private static string Forbidden(long release, long min) => $"it is release {release}, and devices must not run any below {min} (min-release)";

    private static long? MinRelease(TargetsMetadata role, string model) => role.Targets.Where(t => t.Key.StartsWith($"models/{model}/", StringComparison.Ordinal)).Max(t => Number(t.Value, "min_release"));

    private static long? Number(TargetFile file, string name) => file.Custom?.Find(name) is { Kind: JsonKind.Integer } number ? number.Integer : null;
}
