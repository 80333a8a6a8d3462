using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Devices;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>Looks whether anybody knows a group that a rollout is set for the first time. A first one must work, before the first device of the group is there too; a name that was
/// mistyped would work as well, and no device would ever follow it.</summary>
internal static class GroupCheck
{
    /// <summary>True when a look is worth it: no rollout was set to the group.</summary>
    internal static bool IsNew(RepositoryContent content, string group) => !RolloutTargets.Groups(content).Contains(group, StringComparer.Ordinal);

    /// <summary>What the person should know.</summary>
    /// <param name="content">The repository before the rollout is in it.</param>
    /// <param name="group">The group.</param>
    /// <param name="devices">What devices report; null when nobody could be asked.</param>
    /// <param name="unasked">Why nobody could be asked.</param>
    /// <returns>One line, without the full stop; null when a device is in the group.</returns>
    internal static string? Warning(RepositoryContent content, string group, IReadOnlyList<DeviceView>? devices, string? unasked)
    {
        if (devices?.Any(d => string.Equals(d.Group, group, StringComparison.Ordinal)) is true)
        {
            return null;
        }
        string[] known = [.. RolloutTargets.Groups(content).Concat((devices ?? []).Select(d => d.Group).OfType<string>()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var who = devices is null ? "and whether a device is in it is not known: " + unasked : "and no device reports to be in it (yet)";
        return $"the group {group} is new: no rollout was set to it before, {who.TrimEnd('.', '?', '!')}. Is the name right? {NearestNames.Hint(group, known)}{(known.Length == 0 ? "No other group is known" : $"Known groups: {SeenDevices.Names(known)}")}";
    }
}
