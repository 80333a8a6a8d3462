using EdgeRunner.TestSupport;
using EdgeRunner.Trust.Repository;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Trust.Tests.Repository;

/// <summary>A disk whose files have the dates of the test's clock, and whose deletions may fail.</summary>
internal sealed class DatedRepositoryDisk(ManualTimeProvider time) : IRepositoryDisk
{
    /// <summary>Deletions that succeed before one fails; null for all.</summary>
    internal int? Deletions { get; set; }

    public void CreateDirectory(string path) => RepositoryDisk.Instance.CreateDirectory(path);

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        RepositoryDisk.Instance.Write(path, content);
        Date(path);
    }

    public (byte[] Sha256, long Length) Copy(SafeFileHandle from, string to)
    {
        var copied = RepositoryDisk.Instance.Copy(from, to);
        Date(to);
        return copied;
    }

    public void Rename(string from, string to) => RepositoryDisk.Instance.Rename(from, to);

    public void Delete(string path)
    {
        if (Deletions is { } left)
        {
            Deletions = left > 0 ? left - 1 : throw new IOException("Input/output error");
        }
        RepositoryDisk.Instance.Delete(path);
    }

    public void FlushDirectory(string path) => RepositoryDisk.Instance.FlushDirectory(path);

    private void Date(string path) => File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
}
