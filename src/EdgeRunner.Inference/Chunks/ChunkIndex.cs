using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeRunner.Inference.Chunks;

/// <summary>The pieces that a release is moved in: their lengths and SHA-256 digests, in order. Immutable, thread-safe.</summary>
/// <remarks>
/// A signed target beside the one it describes, <c>models/NAME/VERSION.chunks</c>. Numbers big-endian:
/// <code>
/// 0     "ERCHUNK1"
/// 8     u32 number of chunks
/// 12    u64 length of the file
/// 20    SHA-256 of the file, 32 bytes
/// 52    u16 length of the target path, then the path in UTF-8
/// ...   for each chunk: u32 length, SHA-256 of it, 32 bytes
/// </code>
/// </remarks>
public sealed class ChunkIndex
{
    /// <summary>Most bytes of one chunk.</summary>
    public const int MaxChunkBytes = 128 << 10;

    /// <summary>Longest index in bytes: about 7 GB of file in chunks of 64 KiB.</summary>
    public const int MaxIndexBytes = 4 << 20;

    /// <summary>What index targets end in, in place of the release's own ending.</summary>
    public const string Extension = ".chunks";

    private const int FixedBytes = 54;
    private const int EntryBytes = 4 + SHA256.HashSizeInBytes;
    private const int MaxPathBytes = 512;

    private readonly byte[] _entries;
    private readonly long[] _offsets;

    private ChunkIndex(string target, long length, byte[] sha256, byte[] entries, long[] offsets) =>
        (Target, Length, Sha256, _entries, _offsets) = (target, length, Convert.ToHexStringLower(sha256), entries, offsets);

    /// <summary>Path of the target that is described, e.g. <c>models/vision/1.2.0.ermodel</c>.</summary>
    public string Target { get; }

    /// <summary>Its length in bytes.</summary>
    public long Length { get; }

    /// <summary>Its SHA-256, lowercase hex.</summary>
    public string Sha256 { get; }

    /// <summary>How many chunks it has.</summary>
    public int Count => _offsets.Length;

    private static ReadOnlySpan<byte> Magic => "ERCHUNK1"u8;

    /// <summary>Where chunk <paramref name="number"/> lies.</summary>
    public Chunk this[int number] => new(_offsets[number], (int)BinaryPrimitives.ReadUInt32BigEndian(Entry(number)));

    /// <summary>SHA-256 of chunk <paramref name="number"/>, 32 bytes.</summary>
    public ReadOnlySpan<byte> Digest(int number) => Entry(number)[4..];

    /// <summary>True when <paramref name="bytes"/> are chunk <paramref name="number"/>. Allocates nothing.</summary>
    public bool IsChunk(int number, ReadOnlySpan<byte> bytes)
    {
        if ((uint)number >= (uint)Count || bytes.Length != this[number].Length) return false;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return digest.SequenceEqual(Digest(number));
    }

    /// <summary>Path of the index of a target: the same, with <see cref="Extension"/>.</summary>
    public static string PathOf(string target)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        return Path.ChangeExtension(target, Extension);
    }

    /// <summary>Makes an index.</summary>
    /// <param name="target">Path of the target.</param>
    /// <param name="sha256">Of the whole file, 32 bytes.</param>
    /// <param name="chunks">Length and digest of each, in order.</param>
    /// <exception cref="ChunkIndexException">A length is out of range, or there are too many.</exception>
    public static ChunkIndex Create(string target, ReadOnlySpan<byte> sha256, IReadOnlyList<(int Length, byte[] Sha256)> chunks)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(chunks);
        var path = Encoding.UTF8.GetBytes(target);
        var bytes = new byte[FixedBytes + path.Length + (chunks.Count * EntryBytes)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), (uint)chunks.Count);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(12), chunks.Sum(c => (long)c.Length));
        sha256.CopyTo(bytes.AsSpan(20));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(52), checked((ushort)path.Length));
        path.CopyTo(bytes.AsSpan(FixedBytes));
        var at = FixedBytes + path.Length;
        foreach (var (length, digest) in chunks)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), length);
            digest.CopyTo(bytes.AsSpan(at + 4));
            at += EntryBytes;
        }

        return Parse(bytes);
    }

    /// <summary>Reads an index. Bytes are trusted with nothing: every bound is checked before it is used.</summary>
    /// <exception cref="ChunkIndexException">They are no index.</exception>
    public static ChunkIndex Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < FixedBytes or > MaxIndexBytes) throw new ChunkIndexException($"a chunk index has {FixedBytes} to {MaxIndexBytes} bytes; this has {bytes.Length}");
        if (!bytes.StartsWith(Magic)) throw new ChunkIndexException("a chunk index begins with ERCHUNK1; this does not");
        var count = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        var length = BinaryPrimitives.ReadInt64BigEndian(bytes[12..]);
        var pathBytes = BinaryPrimitives.ReadUInt16BigEndian(bytes[52..]);
        if (pathBytes is 0 or > MaxPathBytes) throw new ChunkIndexException($"the target path has 1 to {MaxPathBytes} bytes; this has {pathBytes}");
        if (bytes.Length != FixedBytes + pathBytes + ((long)count * EntryBytes))
            throw new ChunkIndexException($"{count} chunks and a path of {pathBytes} bytes make {FixedBytes + pathBytes + ((long)count * EntryBytes)} bytes; there are {bytes.Length}");
        var entries = bytes[(FixedBytes + pathBytes)..].ToArray();
        var offsets = new long[count];
        long offset = 0;
        for (var i = 0; i < offsets.Length; i++)
        {
            var one = BinaryPrimitives.ReadUInt32BigEndian(entries.AsSpan(i * EntryBytes));
            if (one is 0 or > MaxChunkBytes) throw new ChunkIndexException($"chunk {i} has {one} bytes; expected 1 to {MaxChunkBytes}");
            offsets[i] = offset;
            offset += one;
        }

        if (offset != length) throw new ChunkIndexException($"the chunks have {offset} bytes together; the index says {length}");
        return new ChunkIndex(ReadPath(bytes.Slice(FixedBytes, pathBytes)), length, bytes.Slice(20, SHA256.HashSizeInBytes).ToArray(), entries, offsets);
    }

    /// <summary>The bytes that <see cref="Parse"/> reads.</summary>
    public byte[] ToBytes()
    {
        var path = Encoding.UTF8.GetBytes(Target);
        var bytes = new byte[FixedBytes + path.Length + _entries.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), (uint)Count);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(12), Length);
        Convert.FromHexString(Sha256).CopyTo(bytes, 20);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(52), (ushort)path.Length);
        path.CopyTo(bytes, FixedBytes);
        _entries.CopyTo(bytes, FixedBytes + path.Length);
        return bytes;
    }

    private static string ReadPath(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw new ChunkIndexException("the target path is not UTF-8");
        }
    }

    private ReadOnlySpan<byte> Entry(int number) => _entries.AsSpan(number * EntryBytes, EntryBytes);
}
