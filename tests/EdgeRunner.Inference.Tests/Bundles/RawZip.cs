using System.Text;

namespace EdgeRunner.Inference.Tests.Bundles;

/// <summary>Writes ZIP files field by field, so that each field can lie.</summary>
internal sealed class RawZip
{
    internal sealed record Entry(string Name, byte[] Content)
    {
        internal string? LocalName { get; init; }
        internal ushort Flags { get; init; }
        internal ushort Method { get; init; }
        internal ushort Needed { get; init; } = 20;
        internal uint External { get; init; } = 0x81A4u << 16;
        internal uint? Size { get; init; }
        internal uint? CompressedSize { get; init; }
        internal uint? Offset { get; init; }
        internal uint? LocalCrc { get; init; }
        internal byte[] LocalExtra { get; init; } = [];
        internal byte[] CentralExtra { get; init; } = [];
        internal byte[] After { get; init; } = [];
    }

    internal byte[] Before { get; init; } = [];
    internal byte[] BetweenDirectoryAndEnd { get; init; } = [];
    internal byte[] Comment { get; init; } = [];
    internal ushort? Count { get; init; }

    internal static byte[] Of(params Entry[] entries) => new RawZip().Write(entries);

    internal static Entry[] From(Dictionary<string, byte[]> files) => [.. files.Select(file => new Entry(file.Key, file.Value))];

    internal byte[] Write(params Entry[] entries)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Before);
        var offsets = new List<uint>();
        foreach (var entry in entries)
        {
            offsets.Add((uint)stream.Position);
            writer.Write(0x04034b50u);
            WriteShared(writer, entry, entry.LocalCrc);
            var name = Encoding.Latin1.GetBytes(entry.LocalName ?? entry.Name);
            writer.Write((ushort)name.Length);
            writer.Write((ushort)entry.LocalExtra.Length);
            writer.Write(name);
            writer.Write(entry.LocalExtra);
            writer.Write(entry.Content);
            writer.Write(entry.After);
        }
        var directory = (uint)stream.Position;
        for (var i = 0; i < entries.Length; i++)
        {
            writer.Write(0x02014b50u);
            writer.Write((ushort)0x031E);
            WriteShared(writer, entries[i], null);
            var name = Encoding.Latin1.GetBytes(entries[i].Name);
            writer.Write((ushort)name.Length);
            writer.Write((ushort)entries[i].CentralExtra.Length);
            writer.Write((ushort)0);
            writer.Write((ushort)0);
            writer.Write((ushort)0);
            writer.Write(entries[i].External);
            writer.Write(entries[i].Offset ?? offsets[i]);
            writer.Write(name);
            writer.Write(entries[i].CentralExtra);
        }
        var directoryBytes = (uint)stream.Position - directory;
        writer.Write(BetweenDirectoryAndEnd);
        writer.Write(0x06054b50u);
        writer.Write(0);
        writer.Write(Count ?? (ushort)entries.Length);
        writer.Write(Count ?? (ushort)entries.Length);
        writer.Write(directoryBytes);
        writer.Write(directory);
        writer.Write((ushort)Comment.Length);
        writer.Write(Comment);
        writer.Flush();
        return stream.ToArray();
    }

    private static void WriteShared(BinaryWriter writer, Entry entry, uint? crc)
    {
        writer.Write(entry.Needed);
        writer.Write(entry.Flags);
        writer.Write(entry.Method);
        writer.Write(0x5A215A21u);
        writer.Write(crc ?? EdgeRunner.Inference.Bundles.Crc32.Append(0, entry.Content));
        writer.Write(entry.CompressedSize ?? entry.Size ?? (uint)entry.Content.Length);
        writer.Write(entry.Size ?? (uint)entry.Content.Length);
    }
}
