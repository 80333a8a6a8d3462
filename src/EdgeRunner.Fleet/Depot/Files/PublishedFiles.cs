using EdgeRunner.Fleet.Depot.Requests;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust.Repository;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Fleet.Depot.Files;

/// <summary>The files of a repository that devices may read: those below <c>metadata/</c> and <c>targets/</c> with a published name, and no links. Thread-safe.</summary>
internal sealed class PublishedFiles(DepotOptions options)
{
    private readonly RepositoryLayout _layout = new(options.Repository);

    /// <summary>Opens a file for reading.</summary>
    /// <param name="kind">Metadata lie in one directory, everything else in the other.</param>
    /// <param name="name">As the repository has it; checked here again.</param>
    /// <param name="stamp">To see later whether it is still the same.</param>
    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="PublishedFileException">It is a link, or the disk fails.</exception>
    internal SafeFileHandle? TryOpen(TransferKind kind, string name, out FileStamp stamp)
    {
        stamp = default;
        if (PublishedName.FindProblem(kind, name) is not null) return null;
        var path = kind is TransferKind.Metadata ? _layout.Metadata : _layout.Targets;
        try
        {
            FileAttributes attributes = default;
            foreach (var segment in name.Split('/'))
            {
                path = Path.Combine(path, segment);
                attributes = File.GetAttributes(path);
                // Whoever copies a tree of links into a repository would publish what they point at.
                if ((attributes & FileAttributes.ReparsePoint) is not FileAttributes.None) throw new PublishedFileException($"{Words.Quote(name)} is or lies behind a link, which a depot does not follow");
            }
            if ((attributes & FileAttributes.Directory) is not FileAttributes.None) return null;
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stamp = new FileStamp(RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle).Ticks);
            return handle;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or PathTooLongException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unreadable(name, e);
        }
    }

    /// <summary>Reads a whole piece of a file.</summary>
    /// <exception cref="PublishedFileException">It ends before, or the disk fails.</exception>
    internal static void ReadExactly(SafeFileHandle handle, string name, Span<byte> destination, long offset)
    {
        try
        {
            for (var read = 0; read < destination.Length;)
            {
                var got = RandomAccess.Read(handle, destination[read..], offset + read);
                if (got == 0) throw new PublishedFileException($"{Words.Quote(name)} ends at byte {offset + read}, and {destination.Length - read} more are expected");
                read += got;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(name, e);
        }
    }

    // The system's message has the path on this machine, which is no device's business; it is in the inner exception.
    private static PublishedFileException Unreadable(string name, Exception e) => new($"the depot cannot read {Words.Quote(name)} from its disk", e);
}
