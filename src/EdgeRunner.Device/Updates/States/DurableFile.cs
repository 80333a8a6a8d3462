using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Updates.States;

/// <summary>Puts a whole small file in place: temporary file, flush, rename, flush of the directory. A power cut leaves the old content or the new.</summary>
/// <remarks>One writer at a time: the daemon, or a command that holds the daemon's lock. The temporary name is always the same, so that what a kill leaves
/// behind is overwritten by the next write.</remarks>
internal static class DurableFile
{
    /// <summary>What temporary files end in.</summary>
    public const string TemporarySuffix = ".new";

    /// <summary>Writes the file; makes its directory when that is missing.</summary>
    /// <exception cref="IOException">It cannot be written; the old content stays.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var directory = Path.GetDirectoryName(path)!;
        MakeDirectory(directory);
        var temporary = path + TemporarySuffix;
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException)
        {
            DeleteQuietly(temporary); // What a full disk cut short takes room that the next try needs.
            throw;
        }

        DirectorySync.Flush(directory);
    }

    /// <summary>Makes a directory whose name survives a power cut, and those above it.</summary>
    public static void MakeDirectory(string directory)
    {
        if (Directory.Exists(directory)) return;
        var parent = Path.GetDirectoryName(directory)!;
        MakeDirectory(parent);
        Directory.CreateDirectory(directory);
        DirectorySync.Flush(parent);
    }

    /// <summary>Deletes a file that need not be there.</summary>
    public static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In the way of nothing: the next write takes the same name, and whoever reads does not look at it.
        }
    }
}
