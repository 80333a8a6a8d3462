using EdgeRunner.Fleet.Depot.Timestamps;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>Until when the published roles hold, read anew when there is a new timestamp. Also for a copy of a repository, which has no settings. Thread-safe.</summary>
internal sealed class RoleExpiries(DepotOptions options, RepositoryWatch watch)
{
    private readonly RepositoryLayout _layout = new(options.Repository);
    private readonly Lock _gate = new();
    private TimestampReading? _of;
    private IReadOnlyList<RoleExpiry> _roles = [];

    /// <summary>All roles whose files can be read; empty before anything is published.</summary>
    public IReadOnlyList<RoleExpiry> Read()
    {
        lock (_gate)
        {
            if (watch.Current is { } timestamp && !ReferenceEquals(timestamp, _of)) (_of, _roles) = (timestamp, [.. ReadRoles(timestamp)]);
            return _roles;
        }
    }

    private IEnumerable<RoleExpiry> ReadRoles(TimestampReading timestamp)
    {
        if (watch.ReadRoot() is { } root) yield return Of(RoleNames.Root, root.Header);
        yield return Of(RoleNames.Timestamp, timestamp.Metadata.Header);
        if (ReadFile(RoleNames.Snapshot, timestamp.Metadata.Snapshot.Version, SnapshotMetadata.Read) is not { } snapshot) yield break;
        yield return Of(RoleNames.Snapshot, snapshot.Header);
        // Not all that it lists: a role that nobody delegates to any more may expire.
        foreach (var (role, targets) in RoleReach.Read(snapshot, (role, version) => ReadFile(role, version, TargetsMetadata.Read)).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            yield return Of(role, targets.Header);
        }
    }

    private T? ReadFile<T>(string role, long version, Func<Envelope, T> read)
        where T : class
    {
        try
        {
            return read(Envelope.Parse(role, File.ReadAllBytes(_layout.RoleFile(role, version))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or MetadataException)
        {
            return null; // a role that is missing from the figures is what an alert looks for
        }
    }

    private static RoleExpiry Of(string role, MetadataHeader header) => new(role, header.Version, header.Expires);
}
