using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace EdgeRunner.Inference.Bundles;

/// <summary>Reads and checks the end record and the central directory of a bundle (<see cref="ZipFormat"/>). Everything that is
/// allocated later has been bounded here.</summary>
internal static class ZipDirectoryReader
{
    /// <summary>Where the central directory lies.</summary>
    internal readonly record struct End(int Entries, long DirectoryOffset, int DirectoryBytes);

    /// <summary>Checks the last 22 bytes of a file of <paramref name="fileBytes"/> bytes.</summary>
    internal static End ReadEnd(ReadOnlySpan<byte> end, long fileBytes, string path, BundleLimits limits)
    {
        if (ReadUInt32LittleEndian(end) != ZipFormat.EndSignature)
        {
            throw Bad(path, null, "this is no bundle, or it was cut off or something was appended: the end-of-directory record is not at its end");
        }
        int entries = ReadUInt16LittleEndian(end[10..]);
        var directoryBytes = ReadUInt32LittleEndian(end[12..]);
        var offset = ReadUInt32LittleEndian(end[16..]);
        if (entries == 0xFFFF || directoryBytes == uint.MaxValue || offset == uint.MaxValue)
        {
            throw Bad(path, null, "ZIP64 is not allowed; a bundle is smaller than 4 GiB");
        }
        if (ReadUInt32LittleEndian(end[4..]) != 0 || ReadUInt16LittleEndian(end[8..]) != entries)
        {
            throw Bad(path, null, "the archive is split over several disks, or its two entry counts differ");
        }
        if (ReadUInt16LittleEndian(end[20..]) != 0)
        {
            throw Bad(path, null, "an archive comment is not allowed");
        }
        if (entries == 0)
        {
            throw Bad(path, null, "the archive is empty");
        }
        if (entries > limits.MaxFiles)
        {
            throw new BundleException(BundleErrorReason.Limit, path, null, $"{entries} files, at most {limits.MaxFiles} are allowed");
        }
        if (offset + (long)directoryBytes + ZipFormat.EndBytes != fileBytes)
        {
            throw Bad(path, null, $"the directory ({directoryBytes} bytes at {offset}) does not end where the end record starts ({fileBytes - ZipFormat.EndBytes}); nothing may lie between");
        }
        // With entries ≤ MaxFiles this bounds the allocation; a name of over 100 bytes is refused by its own message later.
        if (directoryBytes < entries * (long)ZipFormat.CentralHeaderBytes || directoryBytes > entries * (long)(ZipFormat.CentralHeaderBytes + ushort.MaxValue))
        {
            throw Bad(path, null, $"a directory of {directoryBytes} bytes cannot hold {entries} entries");
        }
        return new End(entries, offset, (int)directoryBytes);
    }

    /// <summary>Checks every central header and how the entries lie beside each other.</summary>
    internal static List<ZipEntry> ReadEntries(ReadOnlyMemory<byte> directory, End end, string path, BundleLimits limits)
    {
        var offsets = new List<long>(end.Entries);
        var raw = new List<(string Name, ReadOnlyMemory<byte> Header)>(end.Entries);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < end.Entries; i++)
        {
            var (name, header, length) = ReadHeader(directory, i, path);
            if (!names.Add(name))
            {
                throw new BundleException(BundleErrorReason.EntryName, path, name, "is there twice (letter case aside); names must differ");
            }
            CheckHeader(header.Span, name, path, limits);
            raw.Add((name, header));
            offsets.Add(ReadUInt32LittleEndian(header.Span[42..]));
            directory = directory[length..];
        }
        if (!directory.IsEmpty)
        {
            throw Bad(path, null, $"{directory.Length} bytes after the last entry of the directory");
        }
        offsets.Add(end.DirectoryOffset);
        return Arrange(raw, offsets, path);
    }

    private static (string Name, ReadOnlyMemory<byte> Header, int Length) ReadHeader(ReadOnlyMemory<byte> directory, int index, string path)
    {
        if (directory.Length < ZipFormat.CentralHeaderBytes || ReadUInt32LittleEndian(directory.Span) != ZipFormat.CentralSignature)
        {
            throw Bad(path, null, $"entry {index} of the directory is damaged");
        }
        var header = directory[..ZipFormat.CentralHeaderBytes];
        int nameBytes = ReadUInt16LittleEndian(header.Span[28..]);
        if (ReadUInt32LittleEndian(header.Span[30..]) != 0)
        {
            throw Bad(path, null, $"entry {index} of the directory has an extra field or a comment; neither is allowed");
        }
        var length = ZipFormat.CentralHeaderBytes + nameBytes;
        if (length > directory.Length)
        {
            throw Bad(path, null, $"the name of entry {index} reaches past the directory");
        }
        // Latin-1 maps each byte to one character, so that bytes above 127 are seen and refused as they are.
        var name = Encoding.Latin1.GetString(directory.Span[ZipFormat.CentralHeaderBytes..length]);
        if (EntryNames.Problem(name) is { } problem)
        {
            throw new BundleException(BundleErrorReason.EntryName, path, Printable(name), problem);
        }
        return (name, header, length);
    }

    private static void CheckHeader(ReadOnlySpan<byte> header, string name, string path, BundleLimits limits)
    {
        var external = ReadUInt32LittleEndian(header[38..]);
        var unixType = (external >> 16) & 0xF000;
        if (unixType is not (0 or 0x8000) || (external & 0x18) != 0)
        {
            var kind = unixType == 0xA000 ? "a link" : unixType == 0x4000 || (external & 0x10) != 0 ? "a directory" : "a special file";
            throw new BundleException(BundleErrorReason.EntryName, path, name, $"is {kind}; a bundle holds regular files only");
        }
        var flags = ReadUInt16LittleEndian(header[8..]);
        if (ReadUInt16LittleEndian(header[10..]) is not 0 and var method)
        {
            throw Bad(path, name, $"is compressed (method {method}); a bundle stores its files as they are (method 0)");
        }
        if (flags != 0)
        {
            var what = (flags & 0x2041) != 0 ? "is encrypted" : (flags & 8) != 0 ? "has a data descriptor" : $"has flags 0x{flags:x4}";
            throw Bad(path, name, $"{what}; only plain stored entries are allowed");
        }
        var size = ReadUInt32LittleEndian(header[24..]);
        if (size == uint.MaxValue || ReadUInt32LittleEndian(header[42..]) == uint.MaxValue || ReadUInt16LittleEndian(header[6..]) is not (10 or 20))
        {
            throw Bad(path, name, "needs ZIP64 or another extension; only ZIP 1.0 and 2.0 are allowed");
        }
        if (ReadUInt32LittleEndian(header[20..]) is var compressed && compressed != size)
        {
            throw Bad(path, name, $"is stored, yet its two sizes differ ({compressed} and {size})");
        }
        if (ReadUInt16LittleEndian(header[34..]) != 0)
        {
            throw Bad(path, name, "lies on another disk");
        }
        var limit = string.Equals(name, ModelManifest.FileName, StringComparison.Ordinal) ? limits.MaxManifestBytes : Math.Min(limits.MaxFileBytes, Array.MaxLength);
        if (size > limit)
        {
            throw new BundleException(BundleErrorReason.Limit, path, name, $"{size} bytes, at most {limit} are allowed");
        }
    }

    /// <summary>Entries follow each other from the first byte to the directory, without overlap; gaps can only be extra fields.</summary>
    private static List<ZipEntry> Arrange(List<(string Name, ReadOnlyMemory<byte> Header)> raw, List<long> offsets, string path)
    {
        if (offsets[0] != 0)
        {
            throw Bad(path, raw[0].Name, $"starts at byte {offsets[0]}; the first entry starts at 0, with nothing in front");
        }
        var entries = new List<ZipEntry>(raw.Count);
        for (var i = 0; i < raw.Count; i++)
        {
            var (name, header) = raw[i];
            var size = ReadUInt32LittleEndian(header.Span[24..]);
            var gap = offsets[i + 1] - offsets[i] - ZipFormat.LocalHeaderBytes - name.Length - size;
            if (gap < 0)
            {
                throw Bad(path, name, $"{size} bytes at {offsets[i]} overlap what follows at {offsets[i + 1]}");
            }
            if (gap > ZipFormat.MaxExtraBytes)
            {
                throw Bad(path, name, $"{gap} bytes more lie between it and what follows than its header accounts for");
            }
            entries.Add(new ZipEntry(name, ReadUInt32LittleEndian(header.Span[16..]), size, offsets[i], offsets[i + 1], header[6..30]));
        }
        return entries;
    }

    /// <summary>A refused name may hold anything: control characters are shown as <c>\x1b</c>, and only the first 100 characters.</summary>
    private static string Printable(string name) =>
        '"' + string.Concat(name.Take(EntryNames.MaxLength).Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"\\x{(int)c:x2}")) + '"';

    private static BundleException Bad(string path, string? entry, string detail) => new(BundleErrorReason.Structure, path, entry, detail);
}
