using EdgeRunner.Fleet.Repository;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>A release that the rollout of a group names.</summary>
/// <param name="Group">The group.</param>
/// <param name="Model">The model.</param>
/// <param name="Version">Its version.</param>
/// <param name="Release">Its release number, as the rollout has it.</param>
/// <param name="IsStable">It is for the devices that do not take part.</param>
internal sealed record WantedRelease(string Group, string Model, string Version, long Release, bool IsStable)
{
    /// <summary>The target.</summary>
    internal string Path => ModelCatalog.PathOf(Model, Version);

    /// <summary>E.g. <c>the rollout of east wants vision 1.0.0</c>.</summary>
    internal string Words => $"the rollout of {Group} wants {Model} {Version}{(IsStable ? " for devices that do not take part" : "")}";

    /// <summary>What one rollout names.</summary>
    internal static IEnumerable<WantedRelease> Of(DesiredState state)
    {
        foreach (var (model, desired) in state.Models.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            yield return new WantedRelease(state.Group, model, desired.Version, desired.Release, IsStable: false);
            if (desired.Stable is { } stable)
            {
                yield return new WantedRelease(state.Group, model, stable.Version, stable.Release, IsStable: true);
            }
        }
    }

    /// <summary>What all published rollouts name.</summary>
    /// <param name="content">The repository.</param>
    /// <param name="unreadable">Gets a line for each rollout that cannot be read: nobody knows what it wants.</param>
    internal static IReadOnlyList<WantedRelease> Read(RepositoryContent content, List<string> unreadable)
    {
        var all = new List<WantedRelease>();
        foreach (var group in RolloutTargets.Groups(content))
        {
            try
            {
                all.AddRange(Of(RolloutTargets.Require(content, group)));
            }
            catch (RepositoryException e)
            {
                unreadable.Add($"nobody knows what the rollout of {group} wants: {e.Problem}");
            }
        }
        return all;
    }
}
