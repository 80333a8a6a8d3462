using System.Globalization;

namespace EdgeRunner.Native.Linux;

/// <summary>Capabilities of the calling thread.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man7/capabilities.7.html"/>
public static class LinuxCapabilities
{
    /// <summary><c>CAP_IPC_LOCK</c>: lock memory without a limit.</summary>
    public const int IpcLock = 14;

    /// <summary><c>CAP_SYS_NICE</c>: real-time priorities without a limit.</summary>
    public const int SysNice = 23;

    private const string Key = "CapEff:";

    /// <summary>Whether a capability is in the effective set; false where the kernel does not tell. Never throws.</summary>
    /// <param name="capability">Its number in <c>linux/capability.h</c>, 0 to 63.</param>
    /// <param name="path">The thread's status file.</param>
    public static bool Has(int capability, string path = "/proc/thread-self/status")
    {
        try
        {
            var line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
            return line is not null
                && ulong.TryParse(line.AsSpan(Key.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var set)
                && (set >> capability & 1) != 0;
        }
        catch (IOException)
        {
            return false; // "not known" counts as "not there"
        }
        catch (UnauthorizedAccessException)
        {
            return false; // "not known" counts as "not there"
        }
    }
}
