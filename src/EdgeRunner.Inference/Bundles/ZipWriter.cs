using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace EdgeRunner.Inference.Bundles;

/// <summary>Writes the subset of ZIP that a bundle is (<see cref="ZipFormat"/>). The same files give the same bytes, on every machine:
/// <c>model.json</c> first, the others in ordinal order, no times, no owners.</summary>
internal static class ZipWriter
{
    internal static void Write(Stream target, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        var directory = new MemoryStream();
        var offset = 0L;
        var ordered = files
            .OrderBy(file => string.Equals(file.Key, ModelManifest.FileName, StringComparison.Ordinal) ? 0 : 1)
            .ThenBy(file => file.Key, StringComparer.Ordinal);
        foreach (var (name, content) in ordered)
        {
            var header = LocalHeader(name, content.Span, offset);
            directory.Write(CentralHeader(header, name, offset));
            target.Write(header);
            target.Write(content.Span);
            offset += header.Length + content.Length;
        }
        if (offset + directory.Length + ZipFormat.EndBytes > ZipFormat.MaxValue)
        {
            throw new InvalidOperationException($"{offset} bytes are too many for a bundle");
        }
        directory.WriteTo(target);
        target.Write(EndRecord(files.Count, directory.Length, offset));
    }

    private static byte[] LocalHeader(string name, ReadOnlySpan<byte> content, long offset)
    {
        var unpadded = offset + ZipFormat.LocalHeaderBytes + name.Length + ZipFormat.AlignmentFieldBytes;
        var padding = (int)((ZipFormat.Alignment - (unpadded % ZipFormat.Alignment)) % ZipFormat.Alignment);
        var extra = ZipFormat.LocalHeaderBytes + name.Length;
        var header = new byte[extra + ZipFormat.AlignmentFieldBytes + padding];
        var span = header.AsSpan();
        WriteUInt32LittleEndian(span, ZipFormat.LocalSignature);
        WriteUInt16LittleEndian(span[4..], 10);
        WriteUInt16LittleEndian(span[12..], ZipFormat.FirstDate);
        WriteUInt32LittleEndian(span[14..], Crc32.Append(0, content));
        WriteUInt32LittleEndian(span[18..], (uint)content.Length);
        WriteUInt32LittleEndian(span[22..], (uint)content.Length);
        WriteUInt16LittleEndian(span[26..], (ushort)name.Length);
        WriteUInt16LittleEndian(span[28..], (ushort)(ZipFormat.AlignmentFieldBytes + padding));
        Encoding.ASCII.GetBytes(name, span[ZipFormat.LocalHeaderBytes..]);
        WriteUInt16LittleEndian(span[extra..], ZipFormat.AlignmentFieldId);
        WriteUInt16LittleEndian(span[(extra + 2)..], (ushort)(ZipFormat.AlignmentFieldBytes - 4 + padding));
        WriteUInt16LittleEndian(span[(extra + 4)..], ZipFormat.Alignment);
        return header;
    }

    private static byte[] CentralHeader(ReadOnlySpan<byte> localHeader, string name, long offset)
    {
        var header = new byte[ZipFormat.CentralHeaderBytes + name.Length];
        var span = header.AsSpan();
        WriteUInt32LittleEndian(span, ZipFormat.CentralSignature);
        WriteUInt16LittleEndian(span[4..], (3 << 8) | 10); // made on Unix, by ZIP 1.0
        localHeader[4..28].CopyTo(span[6..]);
        WriteUInt32LittleEndian(span[38..], 0x81A4u << 16); // a regular file, rw-r--r--
        WriteUInt32LittleEndian(span[42..], checked((uint)offset));
        Encoding.ASCII.GetBytes(name, span[ZipFormat.CentralHeaderBytes..]);
        return header;
    }

    private static byte[] EndRecord(int entries, long directoryBytes, long directoryOffset)
    {
        var record = new byte[ZipFormat.EndBytes];
        var span = record.AsSpan();
        WriteUInt32LittleEndian(span, ZipFormat.EndSignature);
        WriteUInt16LittleEndian(span[8..], checked((ushort)entries));
        WriteUInt16LittleEndian(span[10..], checked((ushort)entries));
        WriteUInt32LittleEndian(span[12..], checked((uint)directoryBytes));
        WriteUInt32LittleEndian(span[16..], checked((uint)directoryOffset));
        return record;
    }
}
