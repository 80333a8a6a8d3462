using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Inference.Chunks;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Chunks;

public sealed class ChunkIndexTests
{
    private static readonly Arbitrary<ChunkIndex> AnyIndex =
        (from lengths in Gen.OneOf(Gen.Choose(1, ChunkIndex.MaxChunkBytes), Gen.Elements(1, ChunkIndex.MaxChunkBytes)).ArrayOf()
         from path in Gen.Elements("models/vision/1.2.0.ermodel", "x", "modelle/Wärme/\U0001F600.ermodel", new string('p', 512))
         from seed in Gen.Choose(0, int.MaxValue)
         select ChunkIndex.Create(path, Digest(seed, -1), [.. lengths.Select((length, i) => (length, Digest(seed, i)))])).ToArbitrary();

    [Fact]
    public void Index_is_read_back_as_it_was_written() => Prop.ForAll(AnyIndex, index =>
    {
        var bytes = index.ToBytes();
        var read = ChunkIndex.Parse(bytes);
        var offset = 0L;
        for (var i = 0; i < index.Count; i++)
        {
            Assert.Equal(new Chunk(offset, index[i].Length), read[i]);
            Assert.True(read.Digest(i).SequenceEqual(index.Digest(i)));
            offset += read[i].Length;
        }
        return read.ToBytes().AsSpan().SequenceEqual(bytes) && offset == read.Length && read.Count == index.Count
            && string.Equals(read.Target, index.Target, StringComparison.Ordinal) && string.Equals(read.Sha256, index.Sha256, StringComparison.Ordinal);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Index_that_is_cut_off_or_continued_anywhere_is_refused()
    {
        var bytes = Sample().ToBytes();
        for (var length = 0; length < bytes.Length; length++)
        {
            Refused(bytes[..length]);
        }
        Refused([.. bytes, 0]);
    }

    [Fact]
    public void Flipped_bit_is_refused_or_read_as_exactly_what_stands_there()
    {
        var bytes = Sample().ToBytes();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            if (TryParse(flipped) is { } read)
            {
                Assert.Equal(flipped, read.ToBytes());
                Assert.True(bit / 8 >= 20, $"bit {bit} of magic, count or length is not noticed");
                Assert.InRange(Enumerable.Range(0, read.Count).Max(i => read[i].Length), 1, ChunkIndex.MaxChunkBytes);
            }
        }
    }

    [Fact]
    public void Any_bytes_are_refused_or_read_as_exactly_what_stands_there() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte[]>(), (head, tail) =>
    {
        byte[] bytes = [.. "ERCHUNK1"u8, .. head, .. Sample().ToBytes().AsSpan(Math.Min(8 + head.Length, 60)), .. tail];
        return TryParse(bytes) is not { } read || read.ToBytes().AsSpan().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(8, uint.MaxValue, "make")] // chunks: 4 G × 36 bytes do not wrap around
    [InlineData(12, 0x8000_0000u, "the index says -")] // a negative length
    [InlineData(81, 0u, "chunk 0 has 0 bytes; expected 1 to 131072")]
    [InlineData(81, 131_073u, "chunk 0 has 131073 bytes; expected 1 to 131072")]
    [InlineData(81, uint.MaxValue, "chunk 0 has 4294967295 bytes")]
    [InlineData(81, 2u, "the chunks have 3001 bytes together; the index says 3002")]
    public void Number_that_cannot_be_is_refused_with_the_number(int at, uint value, string message)
    {
        var bytes = ChunkIndex.Create("models/vision/1.2.0.ermodel", Digest(7, -1), [(3, Digest(7, 0)), (2_999, Digest(7, 1))]).ToBytes();
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), value);
        Assert.Contains(message, Refused(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Path_that_is_empty_too_long_or_not_UTF_8_is_refused()
    {
        Assert.Throws<ChunkIndexException>(() => ChunkIndex.Create("", Digest(1, 1), []));
        Assert.Throws<ChunkIndexException>(() => ChunkIndex.Create(new string('p', 513), Digest(1, 1), []));
        var bytes = ChunkIndex.Create("ab", Digest(1, 1), []).ToBytes();
        bytes[54] = 0xFF;
        Assert.Contains("not UTF-8", Refused(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Length_that_is_out_of_range_makes_no_index()
    {
        foreach (var length in new[] { 0, -1, int.MinValue, ChunkIndex.MaxChunkBytes + 1 })
        {
            Assert.Throws<ChunkIndexException>(() => ChunkIndex.Create("x", Digest(1, 1), [(length, Digest(1, 2))]));
        }
        var tooMany = Enumerable.Repeat((1, Digest(1, 2)), (ChunkIndex.MaxIndexBytes / 36) + 1).ToArray();
        Assert.Contains("4194304", Assert.Throws<ChunkIndexException>(() => ChunkIndex.Create("x", Digest(1, 1), tooMany)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chunk_is_known_by_number_length_and_digest()
    {
        var content = Encoding.ASCII.GetBytes("some weights");
        var index = ChunkIndex.Create("x", SHA256.HashData(content), [(content.Length, SHA256.HashData(content)), (3, SHA256.HashData("abc"u8))]);
        Assert.True(index.IsChunk(0, content));
        Assert.True(index.IsChunk(1, "abc"u8));
        Assert.False(index.IsChunk(1, "abd"u8));
        Assert.False(index.IsChunk(1, "abcd"u8));
        Assert.False(index.IsChunk(1, []));
        foreach (var number in new[] { -1, 2, int.MaxValue, int.MinValue })
        {
            Assert.False(index.IsChunk(number, content));
        }
    }

    [Fact]
    public void Path_of_the_index_is_that_of_the_target_with_another_ending() =>
        Assert.Equal("models/vision/1.2.0-rc.1.chunks", ChunkIndex.PathOf("models/vision/1.2.0-rc.1.ermodel"));

    private static ChunkIndex Sample() => ChunkIndex.Create("models/vision/1.2.0.ermodel", Digest(7, -1), [(3, Digest(7, 0)), (70_000, Digest(7, 1)), (ChunkIndex.MaxChunkBytes, Digest(7, 2))]);

    private static byte[] Digest(int seed, int number) => SHA256.HashData(Encoding.ASCII.GetBytes($"{seed}/{number}"));

    private static string Refused(byte[] bytes) => Assert.Throws<ChunkIndexException>(() => ChunkIndex.Parse(bytes)).Message;

    private static ChunkIndex? TryParse(byte[] bytes)
    {
        try
        {
            return ChunkIndex.Parse(bytes);
        }
        catch (ChunkIndexException)
        {
            return null;
        }
    }
}
