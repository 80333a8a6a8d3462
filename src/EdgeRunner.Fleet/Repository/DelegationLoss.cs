using EdgeRunner.Fleet.Rollouts;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>What devices can get no more when targets delegates to a role no more.</summary>
/// <param name="Role">The role.</param>
/// <param name="Releases">Models with the versions that go, e.g. <c>vision-people 1.0.0, 1.1.0</c>.</param>
/// <param name="Groups">Groups whose rollout the role signs.</param>
/// <param name="Wanted">Rollouts that want one of the releases, in words.</param>
internal sealed record DelegationLoss(string Role, IReadOnlyList<string> Releases, IReadOnlyList<string> Groups, IReadOnlyList<string> Wanted)
{
    /// <summary>Something that devices are to run goes with it.</summary>
    internal bool IsInUse => Groups.Count + Wanted.Count > 0;

    /// <summary>What goes with a published role. What another role lists as well stays.</summary>
    internal static DelegationLoss Of(RepositoryContent content, string role)
    {
        var gone = content.Roles[role].Targets.Keys
            .Where(path => !content.Roles.Any(r => !string.Equals(r.Key, role, StringComparison.Ordinal) && r.Value.Targets.ContainsKey(path))).ToHashSet(StringComparer.Ordinal);
        var releases = ModelCatalog.Read(content).Where(m => string.Equals(m.Role, role, StringComparison.Ordinal) && gone.Contains(m.Target) && m.State is not "staged")
            .GroupBy(m => m.Name, StringComparer.Ordinal).Select(m => $"{m.Key} {string.Join(", ", m.Select(v => v.Version))}").ToArray();
        string[] groups = [.. RolloutTargets.Groups(content).Where(group => gone.Contains(DesiredState.TargetPath(group)))];
        var unreadable = new List<string>();
        var wanted = WantedRelease.Read(content, unreadable).Where(w => !groups.Contains(w.Group, StringComparer.Ordinal) && gone.Contains(w.Path)).Select(w => w.Words).ToArray();
        return new DelegationLoss(role, releases, groups, [.. wanted, .. unreadable]);
    }

    /// <summary>One line for each thing that somebody should know who signs it.</summary>
    internal IReadOnlyList<string> Lines() =>
    [
        Releases.Count == 0 ? $"{Role} has no releases that only it signs." : $"With {Role} go {string.Join("; ", Releases)}. Devices keep what they run, and can get none of these any more.",
        .. Groups.Select(g => $"Warning: the rollout of {g} goes with it; devices of that group keep what they run, and are told nothing more."),
        .. Wanted.Select(w => $"Warning: {w}."),
    ];
}
