namespace EdgeRunner.Native.Linux;

/// <summary>Memory of the machine.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man5/proc_meminfo.5.html"/>
public static class SystemMemory
{
    /// <summary>The kernel's table.</summary>
    public const string DefaultPath = "/proc/meminfo";

    /// <summary><c>MemAvailable</c>: how much new work can take without swapping, in bytes, by the kernel's estimate.</summary>
    /// <returns>Null where the kernel does not say. Never throws.</returns>
    public static long? ReadAvailableBytes(string path = DefaultPath)
    {
        try
        {
            return KibibyteLines.Find(File.ReadAllBytes(path), "MemAvailable"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // "not known" is the answer
        }
    }

    /// <summary>How many processes the kernel has killed for want of memory since boot (<c>oom_kill</c>, Linux 4.13 and newer).</summary>
    /// <returns>Null where the kernel does not say. Never throws.</returns>
    public static long? ReadOutOfMemoryKills(string path = "/proc/vmstat")
    {
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                if (line.StartsWith("oom_kill ", StringComparison.Ordinal))
                    return long.TryParse(line.AsSpan(9), out var count) ? count : null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // "not known" is the answer
        }

        return null;
    }
}
