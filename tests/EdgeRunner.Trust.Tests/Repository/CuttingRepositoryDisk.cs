using EdgeRunner.Trust.Repository;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Trust.Tests.Repository;

/// <summary>A disk whose power goes at one operation. What was renamed and not flushed since may be lost as well.</summary>
/// <param name="cutAt">Operation, from 0.</param>
/// <param name="way">How much of the operation happens.</param>
internal sealed class CuttingRepositoryDisk(int cutAt, CuttingRepositoryDisk.Way way) : IRepositoryDisk
{
    private readonly List<(string From, string To, byte[]? Before)> _unflushed = [];
    private int _operations;

    internal enum Way
    {
        /// <summary>Nothing of it.</summary>
        Before,

        /// <summary>Half of what was to be written.</summary>
        Half,

        /// <summary>Nothing of it, and the names since the last flush of their directory are lost.</summary>
        NamesLost,
    }

    public void CreateDirectory(string path)
    {
        Count();
        RepositoryDisk.Instance.CreateDirectory(path);
    }

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        if (IsCut() && way is Way.Half)
        {
            File.WriteAllBytes(path, content[..(content.Length / 2)]);
        }
        Count();
        RepositoryDisk.Instance.Write(path, content);
    }

    public (byte[] Sha256, long Length) Copy(SafeFileHandle from, string to)
    {
        if (IsCut() && way is Way.Half)
        {
            var half = new byte[RandomAccess.GetLength(from) / 2];
            File.WriteAllBytes(to, half[..RandomAccess.Read(from, half, 0)]);
        }
        Count();
        return RepositoryDisk.Instance.Copy(from, to);
    }

    public void Rename(string from, string to)
    {
        Count();
        _unflushed.Add((from, to, File.Exists(to) ? File.ReadAllBytes(to) : null));
        RepositoryDisk.Instance.Rename(from, to);
    }

    public void Delete(string path)
    {
        Count();
        _unflushed.Add((path, "", File.Exists(path) ? File.ReadAllBytes(path) : null));
        RepositoryDisk.Instance.Delete(path);
    }

    public void FlushDirectory(string path)
    {
        Count();
        RepositoryDisk.Instance.FlushDirectory(path);
        _unflushed.RemoveAll(r => string.Equals(Path.GetDirectoryName(r.From), path, StringComparison.Ordinal));
    }

    private bool IsCut() => _operations == cutAt;

    private void Count()
    {
        if (_operations > cutAt)
        {
            throw new InvalidOperationException("the power is off");
        }
        if (_operations++ < cutAt)
        {
            return;
        }
        if (way is Way.NamesLost)
        {
            for (var i = _unflushed.Count - 1; i >= 0; i--)
            {
                Undo(_unflushed[i]);
            }
        }
        throw new RepositoryPowerCutException();
    }

    private static void Undo((string From, string To, byte[]? Before) change)
    {
        if (change.To.Length > 0)
        {
            File.Move(change.To, change.From, overwrite: true);
        }
        if (change.Before is not null)
        {
            File.WriteAllBytes(change.To.Length > 0 ? change.To : change.From, change.Before);
        }
    }
}

/// <summary>The end of a <see cref="CuttingRepositoryDisk"/>.</summary>
internal sealed class RepositoryPowerCutException : Exception;
