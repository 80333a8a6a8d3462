using System.Security.Cryptography;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Trust.Repository;

/// <summary>The real one.</summary>
internal sealed class RepositoryDisk : IRepositoryDisk
{
    internal static readonly RepositoryDisk Instance = new();

    private const int BufferBytes = 1 << 20;

    private RepositoryDisk()
    {
    }

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, content, 0);
        RandomAccess.FlushToDisk(file);
    }

    public (byte[] Sha256, long Length) Copy(string from, string to)
    {
        using var source = File.OpenHandle(from, options: FileOptions.SequentialScan);
        using var target = File.OpenHandle(to, FileMode.Create, FileAccess.Write);
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
}
