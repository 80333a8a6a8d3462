using System.Text;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Fleet.Keys;

/// <summary>Small files that are there whole or not at all, with the mode they are to have from their first moment: at none could others open them.</summary>
internal static class PrivateFile
{
    /// <summary>0600.</summary>
    internal const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0644.</summary>
    internal const UnixFileMode Readable = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Makes a directory of mode 0700 unless there is one.</summary>
    internal static void MakeDirectory(string path)
    {
        if (!Directory.Exists(path) && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path, Private | UnixFileMode.UserExecute);
        }
    }

    internal static void Write(string path, string text, UnixFileMode mode, bool overwrite) => Write(path, Encoding.ASCII.GetBytes(text), mode, overwrite);

    internal static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode, bool overwrite)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = mode;
            }
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite);
        }
        catch (IOException)
        {
            File.Delete(temporary);
            throw;
        }
        DirectorySync.Flush(Path.GetDirectoryName(path)!);
    }
}
