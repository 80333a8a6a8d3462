using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>What the repository wants of one group or of all, read again when somebody has published.</summary>
internal sealed class WantedStates(RepositoryLayout layout, string? group)
{
    private DateTime _stamp;
    private IReadOnlyList<DesiredState> _states = [];

    /// <exception cref="RepositoryException">There is no such group.</exception>
    internal IReadOnlyList<DesiredState> Read()
    {
        // Every publication ends with a new timestamp.
        var stamp = File.GetLastWriteTimeUtc(layout.RoleFile(RoleNames.Timestamp, 0));
        if (stamp != _stamp)
        {
            var content = RepositoryContent.Read(layout);
            _states = group is null ? [.. RolloutTargets.Groups(content).Select(g => RolloutTargets.Require(content, g))] : [RolloutTargets.Require(content, group)];
            _stamp = stamp;
        }
        return _states;
    }
}
