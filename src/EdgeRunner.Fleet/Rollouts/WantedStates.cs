using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>What the repository wants of one group or of all, read again when somebody has published.</summary>
internal sealed class WantedStates(RepositoryLayout layout, string? group)
{
    private DateTime _stamp;
    private IReadOnlyList<ShownRollout> _rollouts = [];

    /// <summary>True when it is about all groups.</summary>
    internal bool IsAll => group is null;

    /// <summary>Rollouts that want something.</summary>
    /// <exception cref="RepositoryException">There is no such group, or nothing is wanted of it.</exception>
    internal IReadOnlyList<ShownRollout> Read()
    {
        // Every publication ends with a new timestamp.
        var stamp = File.GetLastWriteTimeUtc(layout.RoleFile(RoleNames.Timestamp, 0));
        if (stamp != _stamp)
        {
            var content = RepositoryContent.Read(layout);
            IReadOnlyList<DesiredState> states = group is null ? [.. RolloutTargets.Groups(content).Select(g => RolloutTargets.Require(content, g))] : [RolloutTargets.Require(content, group)];
            // An older edgefleet left the document of a group whose last model was taken away; that nothing is wanted must not look like all done.
            if (group is not null && states[0].Models.Count == 0)
            {
                throw RolloutTargets.NoSuchGroup(content, group);
            }
            _rollouts = [.. states.Where(s => s.Models.Count > 0).Select(s => ShownRollout.Of(content, s))];
            _stamp = stamp;
        }
        return _rollouts;
    }
}
