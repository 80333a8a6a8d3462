using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <content>Removing old files.</content>
public sealed partial class TufRepository
{
    /// <summary>Finds the published files that no device can need any more. Changes nothing and needs no lock.</summary>
    /// <param name="content">The repository.</param>
    /// <param name="grace">How long the files of a snapshot stay after the next one replaced it: time for a device to finish what it began with older metadata.</param>
    /// <param name="now">The time.</param>
    /// <remarks>
    /// Needed is, of the current snapshot and of each one that was replaced less than <paramref name="grace"/> ago: itself, the roles that it lists, and their targets;
    /// every root; what staged files list; versions of a role that are the only ones to know of a release that was removed (<see cref="RemovedTargets"/>). Of the rest goes what was written longer than <paramref name="grace"/> ago. A snapshot was replaced when the next one was
    /// written: the time of that file is later than the truth in a copy that lost the times, never earlier, so that too much is kept there and not too little.
    /// </remarks>
    /// <exception cref="RepositoryException">It is not published yet, or a current file is damaged.</exception>
    /// <exception cref="MetadataException">A staged file is damaged: nobody knows what it needs.</exception>
    public static PruneReport FindUnneeded(RepositoryContent content, TimeSpan grace, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero);
        RequirePublished(content);
        var layout = content.Layout;
        var files = PublishedFile.ReadAll(layout);
        var current = new NeededFiles(layout);
        current.AddCurrent(content);
        var older = new NeededFiles(layout);
        var read = new Dictionary<(string Role, long Version), TargetsMetadata?>();
        var next = now + TimeSpan.FromDays(1); // of the current one there is none
        foreach (var snapshot in files.Where(f => f.Role is RoleNames.Snapshot && f.Version <= content.Snapshot!.Header.Version).OrderByDescending(f => f.Version))
        {
            if (snapshot.Version < content.Snapshot!.Header.Version && next > now - grace)
            {
                older.AddOlder(snapshot.Version, Read);
            }
            next = snapshot.Written;
        }
        var (unneeded, foreign) = (new List<PublishedFile>(), new List<string>());
        var (kept, keptBytes, replaced, replacedBytes) = (0, 0L, 0, 0L);
        foreach (var file in files)
        {
            if (file.Role is RoleNames.Root or RoleNames.Timestamp || current.Contains(file.Path))
            {
                (kept, keptBytes) = (kept + 1, keptBytes + file.Bytes);
            }
            else if (file.Role is null && !file.IsTarget)
            {
                foreign.Add(Relative(layout, file.Path));
            }
            else if (file.Role is { } role && IsMemory(role, file.Version))
            {
                (kept, keptBytes) = (kept + 1, keptBytes + file.Bytes);
            }
            else if (older.Contains(file.Path) || file.Written > now - grace)
            {
                (replaced, replacedBytes) = (replaced + 1, replacedBytes + file.Bytes);
            }
            else
            {
                unneeded.Add(file);
            }
        }
        // Old snapshots first, the oldest before all: stopped in the middle, the rest still tells when each was replaced. Then small targets before large ones: a
        // chunk index goes before the release that it describes, so that a depot says at once that there is none.
        var order = unneeded.OrderBy(f => f.Role is RoleNames.Snapshot ? 0 : f.Role is null ? 2 : 1).ThenBy(f => f.Version).ThenBy(f => f.Role is null ? f.Bytes : 0).ThenBy(f => f.Path, StringComparer.Ordinal);
        return new PruneReport(grace, [.. order.Select(f => new UnneededFile(Relative(layout, f.Path), f.Bytes))], kept, keptBytes, replaced, replacedBytes, foreign);

        // A role that an older edgefleet wrote: with this file the repository would forget which releases there were.
        bool IsMemory(string role, long version) => (content.Roles.GetValueOrDefault(role) ?? (content.Retired.TryGetValue(role, out var last) ? Read(role, last.Version) : null)) is { } published
            && version < published.Header.Version && Read(role, version) is { } before && RemovedTargets.IsMemory(published, before);

        TargetsMetadata? Read(string role, long version)
        {
            if (!read.TryGetValue((role, version), out var targets))
            {
                read.Add((role, version), targets = PublishedFile.TryRead(layout, role, version, TargetsMetadata.Read));
            }
            return targets;
        }
    }

    /// <summary>Removes the published files that no device can need any more, as <see cref="FindUnneeded"/> finds them. Stopped anywhere, it leaves a repository in which
    /// everything is that is needed; the next one removes the rest.</summary>
    /// <param name="grace">How long the files of a snapshot stay after the next one replaced it.</param>
    /// <param name="removing">Called before each file with its place in the list; null for nobody.</param>
    /// <param name="cancellationToken">Stops before the next file.</param>
    /// <exception cref="OperationCanceledException">It was stopped; the message says how far it was.</exception>
    /// <exception cref="RepositoryException">It is not published yet, or a current file is damaged. Nothing was removed.</exception>
    /// <exception cref="IOException">A file could not be removed. Those before it are.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be removed. Those before it are.</exception>
    public PruneReport Prune(TimeSpan grace, Action<PruneReport, int>? removing, CancellationToken cancellationToken)
    {
        var report = FindUnneeded(Content, grace, _timeProvider.GetUtcNow());
        string? directory = null;
        for (var i = 0; i < report.Unneeded.Count; i++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException($"Interrupted: {Before(report, i)} run this again", cancellationToken);
            }
            removing?.Invoke(report, i);
            var path = Path.Combine(Layout.DirectoryPath, report.Unneeded[i].Path);
            var next = Path.GetDirectoryName(path)!;
            try
            {
                if (directory is not null && !string.Equals(directory, next, StringComparison.Ordinal))
                {
                    _writer.Disk.FlushDirectory(directory);
                }
                directory = next;
                _writer.Disk.Delete(path);
            }
            catch (IOException e)
            {
                throw new IOException(Stopped(report, i, e), e);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new UnauthorizedAccessException(Stopped(report, i, e), e);
            }
        }
        if (directory is not null)
        {
            _writer.Disk.FlushDirectory(directory);
        }
        return report;
    }

    private static string Stopped(PruneReport report, int removed, Exception e) =>
        $"{report.Unneeded[removed].Path} cannot be removed: {e.Message} {Before(report, removed)} mend it and run this again";

    private static string Before(PruneReport report, int removed) => $"{removed} of {report.Unneeded.Count} files were removed before it. Everything that devices need is there;";

    private static string Relative(RepositoryLayout layout, string path) => Path.GetRelativePath(layout.DirectoryPath, path);
}
