namespace EdgeRunner.Native.Linux;

/// <summary>What the kernel has done for want of memory.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man5/proc_vmstat.5.html"/>
public static class MemoryPressure
{
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
