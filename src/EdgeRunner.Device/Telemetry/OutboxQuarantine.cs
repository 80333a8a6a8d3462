using System.Globalization;

namespace EdgeRunner.Device.Telemetry;

/// <summary>Where bad stores go: <c>quarantine/outbox-NNNN.db</c> with its WAL, for an engineer to look at.</summary>
internal static class OutboxQuarantine
{
    /// <summary>Bad stores kept; older ones are deleted, because a disk that damages files must not be filled with them as well.</summary>
    internal const int Kept = 3;

    /// <summary>Moves a store away.</summary>
    /// <returns>Where it is now.</returns>
    /// <exception cref="IOException">The disk does not let us; the message has the paths.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    internal static string Move(string database)
    {
        var directory = Path.Combine(Path.GetDirectoryName(database)!, "quarantine");
        Directory.CreateDirectory(directory);
        var old = Directory.GetFileSystemEntries(directory, "outbox-*.db").Order(StringComparer.Ordinal).ToList();
        var next = old.Count == 0 ? 1 : NumberOf(old[^1]) + 1;
        foreach (var path in old.SkipLast(Kept - 1))
        {
            Delete(path);
            Delete(path + "-wal");
        }

        var target = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"outbox-{next:0000}.db"));
        // The WAL first: if we die in between, the next start finds a main file without WAL, and the high-water mark notices.
        if (File.Exists(database + "-wal"))
            File.Move(database + "-wal", target + "-wal");
        File.Delete(database + "-shm");
        File.Delete(database + "-journal");
        if (Directory.Exists(database))
            Directory.Move(database, target);
        else
            File.Move(database, target);
        return target;
    }

    private static int NumberOf(string path) =>
        int.TryParse(Path.GetFileNameWithoutExtension(path.AsSpan())["outbox-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? n
            : 0;

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }
}
