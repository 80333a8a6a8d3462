using EdgeRunner.Native.Linux;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Trust.Repository;

/// <summary>Changes a repository as its owner would, also when root does it: who took over that account gains nothing by a link in root's way, and what is made is the owner's
/// from the beginning.</summary>
internal sealed class OwnersDisk(IRepositoryDisk inner, FileOwner owner) : IRepositoryDisk
{
    internal static IRepositoryDisk Of(IRepositoryDisk inner, FileOwner owner) => owner == default ? inner : new OwnersDisk(inner, owner);

    public void CreateDirectory(string path) => Act(() => inner.CreateDirectory(path));

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            using var acting = owner.Enter();
            inner.Write(path, content);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Explain(e, owner);
        }
    }

    public (byte[] Sha256, long Length) Copy(SafeFileHandle from, string to)
    {
        (byte[], long) copied = default;
        Act(() => copied = inner.Copy(from, to));
        return copied;
    }

    public void Rename(string from, string to) => Act(() => inner.Rename(from, to));

    public void Delete(string path) => Act(() => inner.Delete(path));

    public void FlushDirectory(string path) => Act(() => inner.FlushDirectory(path));

    /// <summary>"Denied" alone, said to root, would be a riddle.</summary>
    internal static UnauthorizedAccessException Explain(UnauthorizedAccessException e, FileOwner owner) => owner == default ? e : new(
        $"{e.Message} Root changes a repository with the rights of its owner, here of user {owner.UserId}: look whether a link is in the way (ls -l), or something that is not that user's (chown)", e);

    private void Act(Action change)
    {
        try
        {
            using var acting = owner.Enter();
            change();
        }
        catch (UnauthorizedAccessException e)
        {
            throw Explain(e, owner);
        }
    }
}
