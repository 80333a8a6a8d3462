using EdgeRunner.Native.Linux;

namespace EdgeRunner.Trust.Repository;

/// <summary>A directory in which a repository is about to be made, locked against everybody else who would make one there. Dispose it after the repository: when none was made,
/// what this process has written there goes; what was there before stays.</summary>
public sealed class RepositoryPlace : IDisposable
{
    private readonly List<string> _files = [];
    private readonly List<string> _directories = [];
    private RepositoryLock? _lock;

    private RepositoryPlace(RepositoryLayout layout) => Layout = layout;

    /// <summary>Where it is.</summary>
    public RepositoryLayout Layout { get; }

    internal FileOwner Owner { get; private set; }

    /// <summary>Makes the directory unless it is there, and locks it.</summary>
    /// <exception cref="RepositoryException">There is a repository, or somebody else is making one. Nothing of theirs was touched.</exception>
    public static RepositoryPlace Take(string directory, TimeProvider timeProvider) => Take(directory, timeProvider, RepositoryDisk.Instance);

    internal static RepositoryPlace Take(string directory, TimeProvider timeProvider, IRepositoryDisk disk)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        var place = new RepositoryPlace(new RepositoryLayout(directory));
        var layout = place.Layout;
        RequireNew(layout);
        if (!Directory.Exists(layout.DirectoryPath))
        {
            disk.CreateDirectory(layout.DirectoryPath);
            place._directories.Add(layout.DirectoryPath);
        }
        place.Owner = RepositoryOwner.Of(layout);
        string[] made = [.. ((string[])[layout.LockFile, layout.LockOwnerFile]).Where(f => !File.Exists(f))];
        place._lock = RepositoryLock.Take(layout, place.Owner, timeProvider);
        place._files.AddRange(made);
        try
        {
            RequireNew(layout); // somebody may have made one between the first look and the lock
            return place;
        }
        catch
        {
            place.Release();
            throw;
        }
    }

    /// <summary>Tells of a file that is about to be written.</summary>
    internal void Add(string file)
    {
        if (!File.Exists(file))
        {
            _files.Add(file);
        }
    }

    /// <summary>Tells of a directory that is about to be made.</summary>
    internal void AddDirectory(string directory)
    {
        if (!Directory.Exists(directory))
        {
            _directories.Add(directory);
        }
    }

    /// <summary>The repository is there: its lock is the caller's now.</summary>
    internal RepositoryLock Keep()
    {
        var held = _lock ?? throw new InvalidOperationException("A repository was made here already.");
        _lock = null;
        return held;
    }

    /// <summary>Lets go and leaves everything, as a power cut would.</summary>
    internal void Release()
    {
        _lock?.Dispose();
        _lock = null;
    }

    /// <summary>Removes what was made when it did not become a repository, then lets the lock go.</summary>
    public void Dispose()
    {
        if (_lock is null)
        {
            return;
        }
        try
        {
            if (!File.Exists(Layout.SettingsFile))
            {
                RemoveMade();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What made it fail is told, and is perhaps why this fails too.
        }
        finally
        {
            Release();
        }
    }

    private void RemoveMade()
    {
        using var acting = Owner.Enter();
        // The lock file after what it guards: from then on the next one may begin.
        _files.Reverse();
        _files.ForEach(File.Delete);
        _directories.Reverse();
        foreach (var directory in _directories.Where(d => Directory.Exists(d) && !Directory.EnumerateFileSystemEntries(d).Any()))
        {
            Directory.Delete(directory);
        }
    }

    internal static void RequireNew(RepositoryLayout layout)
    {
        if (File.Exists(layout.SettingsFile))
        {
            throw new RepositoryException(RepositoryFailure.AlreadyThere, role: null, layout.DirectoryPath, "there is a repository here already", "Name another directory, or delete this one when it was never given to a device");
        }
    }
}
