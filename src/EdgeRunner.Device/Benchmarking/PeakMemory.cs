using System.Globalization;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>The most memory this process has had.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man5/proc_pid_status.5.html"/>
internal static class PeakMemory
{
    private const string Key = "VmHWM:";

    /// <summary>Begins anew from what is used now. Where the kernel or a sandbox forbids it, the old peak stays.</summary>
    public static void Reset()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The peak since the start is still an upper bound.
        }
    }

    /// <summary>Bytes; null where the kernel does not tell.</summary>
    public static long? Read()
    {
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
            return line is not null && long.TryParse(line.AsSpan(Key.Length).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * 1024 : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // "not known" is the answer
        }
    }
}
