using System.Security.Cryptography;
using EdgeRunner.Native.Linux;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Trust.Repository;

/// <summary>The real one. Directories are made with mode 0755 and files with 0644 whatever the umask: everything here is signed and nothing secret, and a depot that runs as a user of its
/// own must be able to read what the fleet manager has written. Keys are never written by it.</summary>
internal sealed class RepositoryDisk : IRepositoryDisk
{
    internal static readonly RepositoryDisk Instance = new();

    private const int BufferBytes = 1 << 20;

    private const UnixFileMode ReadableMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode DirectoryMode = ReadableMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private RepositoryDisk()
    {
    }

    public void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            CreateDirectory(parent);
        }
        Directory.CreateDirectory(path);
        MakeReadable(() => DirectorySync.AddMode(path, DirectoryMode));
    }

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = Create(path);
        RandomAccess.Write(file, content, 0);
        RandomAccess.FlushToDisk(file);
    }

    public (byte[] Sha256, long Length) Copy(SafeFileHandle from, string to)
    {
        using var target = Create(to);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        var length = 0L;
        while (RandomAccess.Read(from, buffer, length) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            RandomAccess.Write(target, buffer.AsSpan(0, read), length);
            length += read;
        }
        RandomAccess.FlushToDisk(target);
        return (hash.GetHashAndReset(), length);
    }

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void FlushDirectory(string path) => DirectorySync.Flush(path);

    /// <summary>Always a new file: a link of that name, or a file that somebody else has open, is not written through.</summary>
    private static SafeFileHandle Create(string path)
    {
        File.Delete(path);
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        MakeReadable(() =>
        {
            // By the handle: the path may be another file by now.
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(file) is var mode && (mode & ReadableMode) != ReadableMode)
            {
                File.SetUnixFileMode(file, mode | ReadableMode);
            }
        });
        return file;
    }

    /// <summary>Gives the rights that are missing and takes none: what the umask allows besides stays.</summary>
    private static void MakeReadable(Action change)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        try
        {
            change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A stick with FAT knows no modes.
        }
    }
}
