using EdgeRunner.Native.Linux;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Trust.Repository;

/// <summary>Changes a repository as its owner would, also when root does it: who took over that account gains nothing by a link in root's way, and what is made is the owner's
/// from the beginning.</summary>
internal sealed class OwnersDisk(IRepositoryDisk inner, FileOwner owner) : IRepositoryDisk
{
    internal static IRepositoryDisk Of(IRepositoryDisk inner, FileOwner owner) => owner == default ? inner : new OwnersDisk(inner, owner);

    public void CreateDirectory(string path)
    {
        using var acting = owner.Enter();
        inner.CreateDirectory(path);
    }

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        using var acting = owner.Enter();
        inner.Write(path, content);
    }

    public (byte[] Sha256, long Length) Copy(SafeFileHandle from, string to)
    {
        using var acting = owner.Enter();
        return inner.Copy(from, to);
    }

    public void Rename(string from, string to)
    {
        using var acting = owner.Enter();
        inner.Rename(from, to);
    }

    public void Delete(string path)
    {
        using var acting = owner.Enter();
        inner.Delete(path);
    }

    public void FlushDirectory(string path)
    {
        using var acting = owner.Enter();
        inner.FlushDirectory(path);
    }
}
