using System.Security.Cryptography;
using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace EdgeRunner.Inference.Bundles;

/// <summary>Reads a bundle (<see cref="ZipFormat"/>) from a stream into memory, each byte once, in order. What is hashed is what is
/// handed out, even when somebody writes to the file meanwhile.</summary>
internal static class ZipReader
{
    /// <summary>What was read.</summary>
    /// <param name="Files">Contents by name; each array belongs to the caller.</param>
    /// <param name="Sha256">Digest of the whole file.</param>
    /// <param name="SizeBytes">Length of the whole file.</param>
    internal sealed record Contents(Dictionary<string, byte[]> Files, string Sha256, long SizeBytes);

    /// <exception cref="BundleException">The file is not in the subset, or a CRC is wrong.</exception>
    internal static Contents Read(Stream stream, string path, BundleLimits limits)
    {
        if (!stream.CanSeek)
        {
            throw Bad(path, null, "is not a regular file");
        }
        var fileBytes = stream.Length;
        if (fileBytes > Math.Min(limits.MaxBundleBytes, ZipFormat.MaxValue))
        {
            throw new BundleException(BundleErrorReason.Limit, path, null, $"{fileBytes} bytes, at most {Math.Min(limits.MaxBundleBytes, ZipFormat.MaxValue)} are allowed");
        }
        if (fileBytes < ZipFormat.EndBytes)
        {
            throw Bad(path, null, $"{fileBytes} bytes are too few for a bundle");
        }
        Span<byte> endRecord = stackalloc byte[ZipFormat.EndBytes];
        ReadAt(stream, fileBytes - ZipFormat.EndBytes, endRecord, path);
        var end = ZipDirectoryReader.ReadEnd(endRecord, fileBytes, path, limits);
        var directory = new byte[end.DirectoryBytes];
        ReadAt(stream, end.DirectoryOffset, directory, path);
        var entries = ZipDirectoryReader.ReadEntries(directory, end, path, limits);

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = new Dictionary<string, byte[]>(entries.Count, StringComparer.Ordinal);
        stream.Position = 0;
        foreach (var entry in entries)
        {
            files.Add(entry.Name, ReadEntry(stream, entry, digest, path));
        }
        // The directory and end record go in as they were parsed, not as the file may be by now.
        digest.AppendData(directory);
        digest.AppendData(endRecord);
        return new Contents(files, Convert.ToHexStringLower(digest.GetHashAndReset()), fileBytes);
    }

    private static byte[] ReadEntry(Stream stream, ZipEntry entry, IncrementalHash digest, string path)
    {
        var headerBytes = (int)(entry.End - entry.Offset - entry.SizeBytes);
        // At most 30 + 100 + 69 bytes, which ZipDirectoryReader has checked.
        Span<byte> buffer = stackalloc byte[ZipFormat.LocalHeaderBytes + EntryNames.MaxLength + ZipFormat.MaxExtraBytes];
        var header = buffer[..headerBytes];
        ReadNext(stream, header, path);
        CheckLocalHeader(header, entry, path);
        digest.AppendData(header);

        var content = GC.AllocateUninitializedArray<byte>((int)entry.SizeBytes);
        ReadNext(stream, content, path);
        digest.AppendData(content);
        var crc = Crc32.Append(0, content);
        return crc == entry.Crc32
            ? content
            : throw new BundleException(BundleErrorReason.Digest, path, entry.Name, $"CRC-32 is {crc:x8}, the directory says {entry.Crc32:x8}; the bundle is damaged");
    }

    private static void CheckLocalHeader(ReadOnlySpan<byte> header, ZipEntry entry, string path)
    {
        var extraBytes = header.Length - ZipFormat.LocalHeaderBytes - entry.Name.Length;
        if (ReadUInt32LittleEndian(header) != ZipFormat.LocalSignature)
        {
            throw Bad(path, entry.Name, $"its local header at {entry.Offset} is damaged");
        }
        Span<byte> name = stackalloc byte[EntryNames.MaxLength];
        var nameBytes = Encoding.ASCII.GetBytes(entry.Name, name);
        // From "version needed" to "name length"; the extra length may differ, since only the local header is padded.
        if (!header[4..28].SequenceEqual(entry.SharedFields.Span) || !header.Slice(ZipFormat.LocalHeaderBytes, nameBytes).SequenceEqual(name[..nameBytes]))
        {
            throw Bad(path, entry.Name, "its local header and the directory disagree");
        }
        if (ReadUInt16LittleEndian(header[28..]) != extraBytes)
        {
            throw Bad(path, entry.Name, $"{extraBytes} bytes lie between its header and its content, {ReadUInt16LittleEndian(header[28..])} are stated");
        }
        var extra = header[^extraBytes..];
        if (extraBytes > 0 && (extraBytes < ZipFormat.AlignmentFieldBytes || ReadUInt16LittleEndian(extra) != ZipFormat.AlignmentFieldId
            || ReadUInt16LittleEndian(extra[2..]) != extraBytes - 4 || ReadUInt16LittleEndian(extra[4..]) != ZipFormat.Alignment
            || extra[ZipFormat.AlignmentFieldBytes..].ContainsAnyExcept((byte)0)))
        {
            throw Bad(path, entry.Name, "its local header has an extra field other than padding");
        }
    }

    private static void ReadAt(Stream stream, long position, Span<byte> buffer, string path)
    {
        stream.Position = position;
        ReadNext(stream, buffer, path);
    }

    private static void ReadNext(Stream stream, Span<byte> buffer, string path)
    {
        if (stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) != buffer.Length)
        {
            throw Bad(path, null, "the file became shorter while it was read");
        }
    }

    private static BundleException Bad(string path, string? entry, string detail) => new(BundleErrorReason.Structure, path, entry, detail);
}
