using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace EdgeRunner.Native.Linux;

/// <summary>Memory this process takes. PSS counts a page shared by n processes as 1/n, so it is the number to hold against a
/// budget.</summary>
/// <param name="PssBytes">Proportional set size.</param>
/// <param name="RssBytes">Resident set size, shared pages counted in full.</param>
/// <param name="PrivateDirtyBytes">Pages only this process has, that cannot be dropped.</param>
/// <param name="SwapBytes">Of it in swap.</param>
/// <seealso href="https://docs.kernel.org/filesystems/proc.html"/>
public readonly record struct ProcessMemory(long PssBytes, long RssBytes, long PrivateDirtyBytes, long SwapBytes)
{
    /// <summary>The kernel's sum over all mappings (Linux 4.14 and newer).</summary>
    public const string DefaultPath = "/proc/self/smaps_rollup";

    /// <summary>Reads <see cref="DefaultPath"/>. The kernel walks every page of the process: some milliseconds, so not on a hot
    /// path.</summary>
    /// <returns>Null where the file is absent or unreadable (a sandbox, an old kernel). Never throws.</returns>
    public static ProcessMemory? ReadSelf(string path = DefaultPath)
    {
        try
        {
            return TryParse(File.ReadAllBytes(path), out var memory) ? memory : null;
        }
        catch (IOException)
        {
            return null; // "not known" is the answer
        }
        catch (UnauthorizedAccessException)
        {
            return null; // "not known" is the answer
        }
    }

    /// <summary>Parses lines of the form <c>Pss:    1234 kB</c>. Unknown lines are skipped; <c>Pss</c> and <c>Rss</c> must be
    /// there.</summary>
    /// <param name="text">The file's bytes; hostile input gives false, never an exception.</param>
    /// <param name="memory">The numbers, in bytes.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out ProcessMemory memory)
    {
        long pss = -1, rss = -1, dirty = 0, swap = 0;
        memory = default;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            var colon = line.IndexOf((byte)':');
            if (colon < 0)
                continue;
            var name = line[..colon];
            ref var slot = ref pss;
            if (name.SequenceEqual("Rss"u8))
                slot = ref rss;
            else if (name.SequenceEqual("Private_Dirty"u8))
                slot = ref dirty;
            else if (name.SequenceEqual("Swap"u8))
                slot = ref swap;
            else if (!name.SequenceEqual("Pss"u8))
                continue;
            if (!TryParseKibibytes(line[(colon + 1)..], out slot))
                return false;
        }

        if (pss < 0 || rss < 0)
            return false;
        memory = new ProcessMemory(pss, rss, dirty, swap);
        return true;
    }

    private static bool TryParseKibibytes(ReadOnlySpan<byte> value, out long bytes)
    {
        bytes = -1;
        value = value.Trim((byte)' ');
        if (!value.EndsWith(" kB"u8) || !Utf8Parser.TryParse(value[..^3], out long number, out var used) || used != value.Length - 3)
            return false;
        if (number is < 0 or > long.MaxValue / 1024)
            return false;
        bytes = number * 1024;
        return true;
    }
}
