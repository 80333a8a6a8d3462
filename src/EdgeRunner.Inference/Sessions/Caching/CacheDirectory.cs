using EdgeRunner.Native.Linux;

namespace EdgeRunner.Inference.Sessions.Caching;

/// <summary>The directory of cached models: ours alone, bounded, least recently used first out. Not thread-safe.</summary>
/// <remarks>The time of a file's last change is the time of its last use. Where the clock is wrong, the wrong file may go: that costs one load.</remarks>
internal sealed class CacheDirectory(string path, long maxBytes, TimeProvider timeProvider)
{
    internal const string TemporaryExtension = ".new";

    private bool _isSwept;

    internal string Path => path;

    /// <summary>Makes the directory if it is not there and checks that nobody else can write into it.</summary>
    /// <param name="machine">Files of others are removed, once.</param>
    /// <returns>Null when it can be used, else why not and what would mend it.</returns>
    internal string? Prepare(string machine)
    {
        if (OwnDirectory.Prepare(path) is { } problem)
        {
            return problem;
        }
        try
        {
            Sweep(machine);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    internal string FileOf(CacheKey key) => System.IO.Path.Combine(path, key.FileName);

    internal string NewTemporaryFile() => System.IO.Path.Combine(path, Guid.NewGuid().ToString("N") + TemporaryExtension);

    /// <summary>Files and bytes.</summary>
    internal (int Files, long Bytes) Measure()
    {
        var files = Entries();
        return (files.Count, files.Sum(file => file.Length));
    }

    /// <summary>Marks a file as used now.</summary>
    internal void Touch(string file) => File.SetLastWriteTimeUtc(file, timeProvider.GetUtcNow().UtcDateTime);

    /// <summary>Puts a finished file in its place, durably, and removes others until all fit.</summary>
    /// <returns>How many had to go.</returns>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    internal int Commit(string temporary, string file)
    {
        Touch(temporary);
        File.Move(temporary, file, overwrite: true);
        DirectorySync.Flush(path);
        var entries = Entries();
        var bytes = entries.Sum(entry => entry.Length);
        var evicted = 0;
        foreach (var entry in entries.Where(entry => !string.Equals(entry.FullName, file, StringComparison.Ordinal)).OrderBy(entry => entry.LastWriteTimeUtc))
        {
            if (bytes <= maxBytes)
            {
                break;
            }
            bytes -= entry.Length;
            entry.Delete();
            evicted++;
        }
        return evicted;
    }

    /// <summary>Removes what an interrupted start left and what another ONNX Runtime or processor needs: nobody asks for those again.</summary>
    private void Sweep(string machine)
    {
        if (_isSwept)
        {
            return;
        }
        foreach (var file in Directory.EnumerateFiles(path))
        {
            var name = System.IO.Path.GetFileName(file);
            if (name.EndsWith(TemporaryExtension, StringComparison.Ordinal)
                || (name.EndsWith(CacheKey.Extension, StringComparison.Ordinal) && !name.StartsWith(machine + "-", StringComparison.Ordinal)))
            {
                File.Delete(file);
            }
        }
        _isSwept = true;
    }

    private List<FileInfo> Entries() => [.. new DirectoryInfo(path).EnumerateFiles("*" + CacheKey.Extension)];
}
