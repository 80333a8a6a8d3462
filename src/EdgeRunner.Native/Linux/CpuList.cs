using System.Globalization;
using System.Text;

namespace EdgeRunner.Native.Linux;

/// <summary>The kernel's way of writing sets of processors: <c>0-3,6</c>.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man7/cpuset.7.html"/>
public static class CpuList
{
    /// <summary>The processors that are switched on.</summary>
    public const string OnlinePath = "/sys/devices/system/cpu/online";

    /// <summary>Reads <see cref="OnlinePath"/>.</summary>
    /// <returns>Ascending. 0 to <see cref="Environment.ProcessorCount"/> - 1 where the file is absent or strange. Never throws.</returns>
    public static IReadOnlyList<int> ReadOnline(string path = OnlinePath)
    {
        try
        {
            if (TryParse(File.ReadAllText(path), out var cpus) && cpus.Count > 0)
                return cpus;
        }
        catch (IOException)
        {
            // No /sys: the guess below.
        }
        catch (UnauthorizedAccessException)
        {
            // Hidden by a sandbox: the guess below.
        }

        return [.. Enumerable.Range(0, Environment.ProcessorCount)];
    }

    /// <summary>Parses <c>0-3,6</c>; a line break at the end is allowed.</summary>
    /// <param name="text">At most processor 1023; hostile input gives false, never an exception.</param>
    /// <param name="cpus">Ascending, each once; empty for an empty text.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out IReadOnlyList<int> cpus)
    {
        var set = new SortedSet<int>();
        cpus = [];
        text = text.Trim();
        if (text.IsEmpty)
            return true;
        foreach (var range in text.Split(','))
        {
            var part = text[range];
            var dash = part.IndexOf('-');
            var first = dash < 0 ? part : part[..dash];
            var last = dash < 0 ? part : part[(dash + 1)..];
            if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
                || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to)
                || from > to || to >= SchedulingNative.CpuSetBytes * 8)
                return false;
            for (var cpu = from; cpu <= to; cpu++)
                set.Add(cpu);
        }

        cpus = [.. set];
        return true;
    }

    /// <summary>Writes <c>0-3,6</c>.</summary>
    /// <param name="cpus">In any order.</param>
    public static string Format(IEnumerable<int> cpus)
    {
        var text = new StringBuilder();
        var (first, last) = (-2, -2);
        foreach (var cpu in cpus.Distinct().Order())
        {
            if (cpu == last + 1)
            {
                last = cpu;
                continue;
            }

            Append();
            first = last = cpu;
        }

        Append();
        return text.ToString();

        void Append()
        {
            if (first < 0)
                return;
            if (text.Length > 0)
                text.Append(',');
            text.Append(first);
            if (last > first)
                text.Append('-').Append(last);
        }
    }
}
