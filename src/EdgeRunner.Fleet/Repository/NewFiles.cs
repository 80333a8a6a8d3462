using EdgeRunner.Fleet.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>What <c>repo init</c> makes before there is a repository. When it fails, nothing of it is left: a second try must neither meet the keys of the first, nor must keys lie about that
/// count for nothing. Dispose removes what was not kept; files that were there before stay.</summary>
/// <param name="repository">The directory of the repository to be, as a full path.</param>
internal sealed class NewFiles(string repository) : IDisposable
{
    private readonly List<string> _files = [];
    private readonly List<string> _directories = Directory.Exists(repository) ? [] : [repository];
    private bool _isKept;

    /// <summary>Tells of a key that is about to be written. One that is there already is not ours.</summary>
    internal void AddKey(string file)
    {
        var path = Path.GetFullPath(file);
        _files.AddRange(((string[])[path, KeyFile.PublicFileOf(path)]).Where(f => !File.Exists(f)));
        for (var directory = Path.GetDirectoryName(path); directory is not null && !Directory.Exists(directory) && !_directories.Contains(directory, StringComparer.Ordinal); directory = Path.GetDirectoryName(directory))
        {
            _directories.Add(directory);
        }
    }

    /// <summary>The repository is there: all of it stays.</summary>
    internal void Keep() => _isKept = true;

    public void Dispose()
    {
        if (_isKept)
        {
            return;
        }
        try
        {
            _files.ForEach(File.Delete);
            if (_directories.Contains(repository, StringComparer.Ordinal) && Directory.Exists(repository) && !File.Exists(new RepositoryLayout(repository).SettingsFile))
            {
                Directory.Delete(repository, recursive: true); // it was not there before, and never became a repository
            }
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
