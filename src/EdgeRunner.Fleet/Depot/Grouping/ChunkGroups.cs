using EdgeRunner.Fleet.Depot.Answers;
using EdgeRunner.Fleet.Depot.Files;

namespace EdgeRunner.Fleet.Depot.Grouping;

/// <summary>The groups of all releases that are fetched now. One thread at a time.</summary>
internal sealed class ChunkGroups(ChunkIndexCache indexes, DepotOptions options, DepotCounters counters, TimeProvider timeProvider)
{
    private readonly Dictionary<ChunkedFile, ChunkGroup> _groups = new(ReferenceEqualityComparer.Instance);

    /// <summary>Groups with devices that asked lately, or were left with something to do.</summary>
    internal IReadOnlyCollection<ChunkGroup> All => _groups.Values;

    /// <summary>The group of a release, by the name of its index.</summary>
    /// <returns>Null when there is no such index.</returns>
    /// <exception cref="PublishedFileException">The index is damaged, or the disk fails.</exception>
    internal ChunkGroup? Find(string index)
    {
        if (indexes.Find(index) is not { } file) return null;
        if (!_groups.TryGetValue(file, out var group)) _groups.Add(file, group = new ChunkGroup(file, options, counters, timeProvider));
        return group;
    }

    /// <summary>Time until the next collection ends; null when none is under way.</summary>
    internal TimeSpan? UntilCollected()
    {
        TimeSpan? least = null;
        foreach (var group in _groups.Values)
        {
            if (!group.IsCollecting) continue;
            var left = group.UntilCollected;
            if (least is null || left < least) least = left;
        }
        return least;
    }

    /// <summary>Ends the collections whose time is over.</summary>
    /// <param name="all">All of them: the depot stops.</param>
    /// <returns>Requests that are to be answered to their devices alone.</returns>
    internal List<ChunksAnswer> EndCollections(bool all)
    {
        List<ChunksAnswer> alone = [];
        foreach (var group in _groups.Values)
        {
            if (group.IsCollecting && (all || group.UntilCollected == TimeSpan.Zero)) alone.AddRange(group.EndCollection());
        }
        return alone;
    }

    /// <summary>Forgets groups without devices.</summary>
    /// <returns>Those that are over.</returns>
    internal List<ChunkGroup> Sweep()
    {
        var now = timeProvider.GetTimestamp();
        List<ChunkGroup> over = [.. _groups.Values.Where(group => !group.IsCollecting && group.Forget(now) && !group.WantsMore)];
        foreach (var group in over) _groups.Remove(group.File);
        return over;
    }
}
