namespace EdgeRunner.Trust.Repository;

/// <summary>Puts whole files in place: temporary file, flush, rename, flush of the directory. A reader sees the old file or the new one.</summary>
internal sealed class AtomicWriter(IRepositoryDisk disk)
{
    internal IRepositoryDisk Disk { get; } = disk;

    internal void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = Temporary(path);
        try
        {
            Disk.Write(temporary, content);
            Disk.Rename(temporary, path);
        }
        catch (IOException)
        {
            DeleteQuietly(temporary); // what a full disk cut short takes space that it needs
            throw;
        }
        Disk.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    internal void Delete(string path)
    {
        Disk.Delete(path);
        Disk.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes directories with durable names below one that is there.</summary>
    internal void MakeDirectory(string path, string below)
    {
        if (Directory.Exists(path))
        {
            return;
        }
        var parent = Path.GetDirectoryName(path)!;
        if (!string.Equals(path, below, StringComparison.Ordinal))
        {
            MakeDirectory(parent, below);
        }
        Disk.CreateDirectory(path);
        Disk.FlushDirectory(parent);
    }

    internal static string Temporary(string path) => Path.Combine(Path.GetDirectoryName(path)!, "." + Path.GetFileName(path) + RepositoryLayout.TemporarySuffix);

    internal void DeleteQuietly(string path)
    {
        try
        {
            Disk.Delete(path);
        }
        catch (IOException)
        {
            // The next command sweeps it away.
        }
    }
}
