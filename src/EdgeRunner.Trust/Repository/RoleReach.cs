using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>The targets roles that a search for a target can come to.</summary>
/// <remarks>A snapshot lists more than those: a role that was listed once must be listed for ever, or devices refuse the snapshot (specification, 5.5.5), also
/// when nobody delegates to it any more.</remarks>
public static class RoleReach
{
    /// <summary>Reads roles from <c>targets</c> on, along the delegations, each once.</summary>
    /// <param name="snapshot">Which version of which role counts.</param>
    /// <param name="read">Reads one version of a role; null when it cannot be read and is to be passed over.</param>
    public static IReadOnlyDictionary<string, TargetsMetadata> Read(SnapshotMetadata snapshot, Func<string, long, TargetsMetadata?> read)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(read);
        var reached = new Dictionary<string, TargetsMetadata>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal) { RoleNames.Targets };
        var waiting = new Queue<string>([RoleNames.Targets]);
        while (waiting.TryDequeue(out var role))
        {
            if (snapshot.Find(role) is not { } listed || read(role, listed.Version) is not { } targets)
            {
                continue;
            }
            reached.Add(role, targets);
            foreach (var child in (targets.Delegations?.Roles ?? []).Where(child => seen.Add(child.Name)))
            {
                waiting.Enqueue(child.Name);
            }
        }
        return reached;
    }
}
