using System.Buffers.Text;
using System.Text;

namespace EdgeRunner.Native.Linux;

/// <summary>One mapping of a file into this process, as <c>/proc/self/smaps</c> describes it.</summary>
/// <param name="Start">First address.</param>
/// <param name="SizeBytes">Length; a multiple of the page size.</param>
/// <param name="IsCleanAndReadOnly">Private, not writable, and no page of it was ever written: all of it is in the file.</param>
/// <param name="ResidentBytes">Of it in memory.</param>
/// <param name="Path">The file.</param>
/// <seealso href="https://docs.kernel.org/filesystems/proc.html"/>
internal readonly record struct FileMapping(ulong Start, ulong SizeBytes, bool IsCleanAndReadOnly, long ResidentBytes, string Path)
{
    /// <summary>All mappings of files. Mappings of no file and lines of another form are left out; hostile input gives few or none, never an
    /// exception.</summary>
    internal static List<FileMapping> Parse(ReadOnlySpan<byte> smaps)
    {
        var mappings = new List<FileMapping>();
        FileMapping? current = null;
        var fields = 0; // Of the three that must have been seen before a mapping counts as clean.
        foreach (var range in smaps.Split((byte)'\n'))
        {
            var line = smaps[range];
            if (TryParseHead(line, out var next))
            {
                Add(mappings, current, fields);
                (current, fields) = (next, 0);
            }
            else if (current is { } mapping && TryParseField(line, out var key, out var kibibytes))
            {
                if (key.SequenceEqual("Rss"u8))
                {
                    current = mapping with { ResidentBytes = kibibytes * 1024 };
                    fields++;
                }
                // A relocated or patched page is this process's own copy; the file does not have it. Dirty pages do not matter: those of a program that
                // was installed a moment ago are dirty until the kernel has written the file.
                else if (key.SequenceEqual("Anonymous"u8) || key.SequenceEqual("Swap"u8))
                {
                    current = mapping with { IsCleanAndReadOnly = mapping.IsCleanAndReadOnly && kibibytes == 0 };
                    fields++;
                }
            }
        }

        Add(mappings, current, fields);
        return mappings;
    }

    private static void Add(List<FileMapping> mappings, FileMapping? mapping, int fields)
    {
        if (mapping is { } one && one.Path.StartsWith('/')) mappings.Add(fields == 3 ? one : one with { IsCleanAndReadOnly = false });
    }

    /// <summary><c>7f3c00000000-7f3c00021000 r-xp 00000000 fe:01 1234   /usr/lib/x.so</c>; the path may have spaces.</summary>
    private static bool TryParseHead(ReadOnlySpan<byte> line, out FileMapping mapping)
    {
        mapping = default;
        if (!TryTakeHex(ref line, (byte)'-', out var start) || !TryTakeHex(ref line, (byte)' ', out var end) || end <= start || line.Length < 5) return false;
        if (line[4] != (byte)' ') return false;
        mapping = new FileMapping(start, end - start, line[1] == (byte)'-' && line[3] == (byte)'p', 0, "");
        for (var skip = 0; skip < 4; skip++) // permissions, offset, device, inode
        {
            var space = line.IndexOf((byte)' ');
            if (space < 0) return skip == 3; // A mapping without a name ends after its inode.
            line = line[(space + 1)..];
        }

        mapping = mapping with { Path = Encoding.UTF8.GetString(line.TrimStart((byte)' ')) };
        return true;
    }

    private static bool TryTakeHex(ref ReadOnlySpan<byte> line, byte end, out ulong value)
    {
        if (!Utf8Parser.TryParse(line, out value, out var used, 'x') || used >= line.Length || line[used] != end) return false;
        line = line[(used + 1)..];
        return true;
    }

    private static bool TryParseField(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> key, out long kibibytes)
    {
        key = default;
        kibibytes = 0;
        var colon = line.IndexOf((byte)':');
        if (colon < 0 || !line.EndsWith(" kB"u8)) return false;
        key = line[..colon];
        var value = line[(colon + 1)..^3].TrimStart((byte)' ');
        return Utf8Parser.TryParse(value, out kibibytes, out var used) && used == value.Length && kibibytes is >= 0 and <= long.MaxValue / 1024;
    }
}
