namespace EdgeRunner.Native.Linux;

/// <summary>The identity of this boot: two times of <see cref="KernelClock.BoottimeNanoseconds"/> compare only under the same
/// one.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man4/random.4.html"/>
public static class BootId
{
    /// <summary>The kernel's file: one random UUID per boot.</summary>
    public const string DefaultPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>Reads the boot id as 36 lowercase characters.</summary>
    /// <param name="path">The file to read; see <see cref="DefaultPath"/>.</param>
    /// <returns>The kernel's id. Where <c>/proc</c> does not give one (a sandbox, a damaged mount) a fresh random id: then times are
    /// compared with nobody's, which is the safe answer. Never throws.</returns>
    public static string Read(string path = DefaultPath)
    {
        try
        {
            if (Guid.TryParseExact(File.ReadAllText(path).Trim(), "D", out var id) && id != Guid.Empty)
                return id.ToString("D");
        }
        catch (IOException)
        {
            // No /proc: falls through to a random id.
        }
        catch (UnauthorizedAccessException)
        {
            // Hidden by a sandbox: falls through to a random id.
        }

        return Guid.NewGuid().ToString("D");
    }
}
