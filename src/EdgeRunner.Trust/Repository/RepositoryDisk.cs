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
        MakeReadable(path, DirectoryMode);
    }

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = Create(path);
        RandomAccess.Write(file, content, 0);
        RandomAccess.FlushToDisk(file);
    }

    public (byte[] Sha256, long Length) Copy(string from, string to)
    {
        using var source = File.OpenHandle(from, options: FileOptions.SequentialScan);
        using var target = Create(to);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        var length = 0L;
        while (RandomAccess.Read(source, buffer, length) is > 0 and var read)
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

    private static SafeFileHandle Create(string path)
    {
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        MakeReadable(path, ReadableMode);
        return file;
    }

    /// <summary>Gives the rights that are missing and takes none: what the umask allows besides stays.</summary>
    private static void MakeReadable(string path, UnixFileMode needed)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        try
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & needed) != needed)
            {
                File.SetUnixFileMode(path, mode | needed);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A stick with FAT knows no modes.
        }
    }
}
