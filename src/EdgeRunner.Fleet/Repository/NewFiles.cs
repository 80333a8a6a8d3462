using EdgeRunner.Fleet.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>The keys that <c>repo init</c> makes before there is a repository. When it fails, nothing of them is left: a second try must neither meet the keys of the first, nor must keys
/// lie about that count for nothing. Dispose removes what was not kept, while the <see cref="RepositoryPlace"/> is held; files that were there before, or that somebody else made meanwhile,
/// stay.</summary>
/// <param name="repository">The directory of the repository to be, as a full path.</param>
internal sealed class NewFiles(string repository) : IDisposable
{
    private readonly List<string> _files = [];
    private readonly List<string> _directories = [];
    private bool _isKept;

    /// <summary>Writes a key. One that is there already is not ours, and neither is one that came between: it is there when writing fails.</summary>
    internal void WriteKey(string file, Action write)
    {
        var path = Path.GetFullPath(file);
        for (var directory = Path.GetDirectoryName(path); directory is not null && !Directory.Exists(directory) && !_directories.Contains(directory, StringComparer.Ordinal); directory = Path.GetDirectoryName(directory))
        {
            _directories.Add(directory);
        }
        write();
        _files.AddRange([path, KeyFile.PublicFileOf(path)]);
    }

    /// <summary>The repository is there: all of it stays.</summary>
    internal void Keep() => _isKept = true;

    public void Dispose()
    {
        // With its settings it is a repository, whatever failed afterwards, and these are its keys.
        if (_isKept || File.Exists(new RepositoryLayout(repository).SettingsFile))
        {
            return;
        }
        try
        {
            _files.ForEach(File.Delete);
            foreach (var directory in _directories.OrderByDescending(d => d.Length).Where(d => Directory.Exists(d) && !Directory.EnumerateFileSystemEntries(d).Any()))
            {
                Directory.Delete(directory);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What made it fail is told, and is perhaps why this fails too.
        }
    }
}
