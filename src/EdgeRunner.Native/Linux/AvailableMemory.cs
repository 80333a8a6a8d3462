using System.Buffers.Text;

namespace EdgeRunner.Native.Linux;

/// <summary>How much memory this process may still take without swapping: what the machine has left, or what the control group allows when that is
/// less (<c>MemoryMax=</c> of a systemd unit).</summary>
/// <seealso href="https://docs.kernel.org/filesystems/proc.html"/>
/// <seealso href="https://docs.kernel.org/admin-guide/cgroup-v2.html"/>
public static class AvailableMemory
{
    /// <summary>Bytes; null where the kernel does not tell. Never throws.</summary>
    /// <param name="procDirectory">Where <c>proc</c> is mounted.</param>
    /// <param name="cgroupDirectory">Where the unified cgroup hierarchy is mounted.</param>
    public static long? Read(string procDirectory = "/proc", string cgroupDirectory = "/sys/fs/cgroup")
    {
        var machine = TryRead(Path.Combine(procDirectory, "meminfo")) is { } text && TryParseAvailable(text, out var available) ? available : (long?)null;
        var group = ReadGroup(procDirectory, cgroupDirectory);
        return machine is null ? group : group < machine ? group : machine;
    }

    /// <summary>Parses <c>MemAvailable:   23275 kB</c> out of <c>/proc/meminfo</c>. Hostile input gives false, never an exception.</summary>
    public static bool TryParseAvailable(ReadOnlySpan<byte> text, out long bytes)
    {
        var found = KibibyteLines.Find(text, "MemAvailable"u8);
        bytes = found ?? 0;
        return found is not null;
    }

    // Every level may have a limit of its own, and the least that is left holds.
    private static long? ReadGroup(string procDirectory, string cgroupDirectory)
    {
        if (TryRead(Path.Combine(procDirectory, "self", "cgroup")) is not { } text) return null;
        var line = System.Text.Encoding.UTF8.GetString(text).Split('\n').FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal));
        long? least = null;
        for (var group = line?["0::/".Length..].Trim('/'); group is { Length: > 0 }; group = Path.GetDirectoryName(group))
        {
            var directory = Path.Combine(cgroupDirectory, group);
            // "max" is no number and so no limit.
            if (ReadNumber(Path.Combine(directory, "memory.max")) is not { } max || ReadNumber(Path.Combine(directory, "memory.current")) is not { } current) continue;
            var left = Math.Max(0, max - current);
            if (least is null || left < least) least = left;
        }

        return least;
    }

    private static long? ReadNumber(string path) =>
        TryRead(path) is { } text && Utf8Parser.TryParse(text, out long number, out var used) && used > 0 && number >= 0 ? number : null;

    private static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // "not known" is the answer
        }
    }
}
