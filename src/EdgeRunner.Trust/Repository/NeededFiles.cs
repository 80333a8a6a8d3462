using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>The files that a device can ask for, beginning with one snapshot: the snapshot, the roles that it lists, and the targets of those that are delegated to.
/// Full paths.</summary>
internal sealed class NeededFiles(RepositoryLayout layout)
{
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    internal bool Contains(string path) => _files.Contains(path);

    /// <summary>Adds what is published now, and what is staged.</summary>
    internal void AddCurrent(RepositoryContent content)
    {
        Add(content.Snapshot!, content.Roles.Values);
        foreach (var role in content.TargetsRoles)
        {
            AddTargets(content.NewestTargets(role)!);
        }
    }

    /// <summary>Adds what a device needs that has an older snapshot. A file that is missing or damaged is none that a device would take, so nothing follows from it.</summary>
    internal void AddOlder(long version, Func<string, long, TargetsMetadata?> read)
    {
        if (PublishedFile.TryRead(layout, RoleNames.Snapshot, version, SnapshotMetadata.Read) is { } snapshot)
        {
            Add(snapshot, RoleReach.Read(snapshot, read).Values);
        }
    }

    private void Add(SnapshotMetadata snapshot, IEnumerable<TargetsMetadata> roles)
    {
        _files.Add(layout.RoleFile(RoleNames.Snapshot, snapshot.Header.Version));
        foreach (var (file, listed) in snapshot.Meta.Where(m => m.Key.EndsWith(".json", StringComparison.Ordinal)))
        {
            _files.Add(layout.RoleFile(file[..^".json".Length], listed.Version));
        }
        foreach (var role in roles)
        {
            AddTargets(role);
        }
    }

    private void AddTargets(TargetsMetadata role)
    {
        foreach (var (path, file) in role.Targets)
        {
            // A client may ask by any of the digests (specification, 6.2.1).
            var slash = path.LastIndexOf('/') + 1;
            foreach (var digest in file.Digests.All.Values)
            {
                _files.Add(Path.Combine(layout.Targets, path[..slash], $"{digest}.{path[slash..]}"));
            }
        }
    }
}
