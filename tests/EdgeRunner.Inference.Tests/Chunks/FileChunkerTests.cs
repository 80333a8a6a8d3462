using System.Buffers.Binary;
using System.Security.Cryptography;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Inference.Tests.Bundles;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Chunks;

public sealed class FileChunkerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(FileChunker.MinBytes)]
    [InlineData((2 * FileChunker.MinBytes) - 1)]
    [InlineData(FileChunker.MaxBytes)]
    [InlineData(FileChunker.MaxBytes + 1)]
    [InlineData(5_000_011)]
    public void Chunks_of_any_file_are_within_bounds_and_make_it_up(int length)
    {
        CheckRules(RandomBytes.Of(length, seed: 1));
        CheckRules(new byte[length]); // no cut comes from the content
    }

    /// <summary>Whoever changes the rule changes what every release moves: this must not happen unnoticed.</summary>
    [Fact]
    public void Rule_1_cuts_where_it_has_always_cut()
    {
        Assert.Equal(1, FileChunker.RuleVersion);
        var bundle = ModelFile.Bundle(ModelFile.Onnx(backbone: 1, classes: 10, head: 1), "1.0.0");
        Assert.Equal("42 263432b13f8ca48a", Fingerprint(RandomBytes.Of(3_000_000, seed: 2)));
        Assert.Equal("89 a349853578765b80", Fingerprint(bundle));
    }

    [Fact]
    public void Lengths_are_near_the_target()
    {
        var chunks = Cut(RandomBytes.Of(8 << 20, seed: 3));
        Assert.InRange(chunks.Average(c => c.Length), 48 << 10, 80 << 10);
        Assert.True(chunks.Count(c => c.Length == FileChunker.MaxBytes) < chunks.Count / 20, "too many cuts come from the limit and not from the content");
    }

    [Fact]
    public void Large_tensors_begin_and_end_chunks()
    {
        byte[] marker = RandomBytes.Of(40_000, seed: 4);
        var bundle = ModelFile.Bundle(ModelFile.External("weights.bin", (0, 300_000), (300_000, 50_000), (350_000, 100), (350_100, null)), "1.0.0",
            ("weights.bin", [.. new byte[300_000], .. marker, .. RandomBytes.Of(10_000, 5), .. new byte[100], .. RandomBytes.Of(90_000, 6)]));
        var weights = bundle.AsSpan().IndexOf(marker) - 300_000;
        var starts = Cut(bundle).Select(c => c.Offset - weights).ToArray();
        Assert.Contains(300_000, starts);
        Assert.Contains(350_100, starts);
        Assert.DoesNotContain(350_000, starts); // 100 bytes are no chunk: they are with the tensor before them
        Assert.Contains(440_100, starts); // the directory: the last chunk may be short
        Assert.Contains(0, starts);
        Assert.InRange(Cut(bundle)[0].Length, 1, 8_000); // and the first, with model.json
    }

    [Fact]
    public void Index_of_a_file_has_its_digest_and_those_of_its_chunks()
    {
        var bytes = RandomBytes.Of(700_000, seed: 7);
        var index = FileChunker.Index("models/m/1.0.0.ermodel", new MemoryStream(bytes), CancellationToken.None);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), index.Sha256);
        Assert.Equal("models/m/1.0.0.ermodel", index.Target);
        Assert.Equal(Cut(bytes), Enumerable.Range(0, index.Count).Select(i => index[i]));
        Assert.All(Enumerable.Range(0, index.Count), i => Assert.True(index.IsChunk(i, bytes.AsSpan((int)index[i].Offset, index[i].Length))));
    }

    [Fact]
    public void Index_with_given_lengths_is_over_those_pieces()
    {
        var bytes = RandomBytes.Of(300_000, seed: 8);
        var index = FileChunker.Index("x", new MemoryStream(bytes), [1, ChunkIndex.MaxChunkBytes, 168_927 - 50_000, 50_000], CancellationToken.None);
        Assert.Equal([1, ChunkIndex.MaxChunkBytes, 118_927, 50_000], Enumerable.Range(0, index.Count).Select(i => index[i].Length));
        Assert.All(Enumerable.Range(0, index.Count), i => Assert.True(index.IsChunk(i, bytes.AsSpan((int)index[i].Offset, index[i].Length))));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), index.Sha256);
    }

    [Fact]
    public void Given_lengths_that_are_not_the_file_are_refused()
    {
        var bytes = RandomBytes.Of(300_000, seed: 8);
        Assert.Contains("the file has 300000", Given(100_000, 100_000), StringComparison.Ordinal);
        Assert.Contains("chunk 1 has 0 bytes", Given(100_000, 0), StringComparison.Ordinal);
        Assert.Contains("chunk 0 has 131073 bytes", Given(131_073), StringComparison.Ordinal);
        Assert.Throws<EndOfStreamException>(() => FileChunker.Index("x", new MemoryStream(bytes), [100_000, 100_000, 100_001], CancellationToken.None));

        string Given(params int[] lengths) => Assert.Throws<ChunkIndexException>(() => FileChunker.Index("x", new MemoryStream(bytes), lengths, CancellationToken.None)).Message;
    }

    [Fact]
    public void Largest_chunk_has_room_for_what_encryption_adds() => Assert.Equal(ChunkIndex.MaxChunkBytes - 256, FileChunker.MaxBytes);

    [Fact]
    public void Damaged_bundle_is_cut_within_bounds_whatever_is_damaged()
    {
        var bundle = ModelFile.Bundle([.. ModelFile.External("weights.bin", (0, 100_000), (100_000, null)), .. RandomBytes.Of(40_000, 9)], "1.0.0", ("weights.bin", RandomBytes.Of(150_000, 10)));
        var structural = StructuralBytes(bundle);
        Prop.ForAll(Gen.Elements(structural).ArrayOf(3).ToArbitrary(), ArbMap.Default.ArbFor<byte>(), (places, value) =>
        {
            var damaged = bundle.ToArray();
            foreach (var place in places) damaged[place] = value;
            CheckRules(damaged);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Onnx_files_that_are_none_or_lie_are_cut_by_their_content()
    {
        byte[] filler = RandomBytes.Of(200_000, 11);
        byte[][] hostile =
        [
            filler,
            [.. "\x3a"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, .. filler], // a graph of 2^63 - 1 bytes
            [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. filler], // a length without an end
            [0x3B, .. filler], // a group
            [0x00, .. filler],
            Nested(2_000, filler),
            ModelFile.External("weights.bin", (long.MaxValue, long.MaxValue), (0, long.MaxValue), (149_999, 20_000)),
            ModelFile.External("weights.bin", [.. Enumerable.Repeat((0L, (long?)20_000), 70_000)]),
            ModelFile.External("no such file", (0, 100_000)),
            ModelFile.External(new string('w', 5_000), (0, 100_000)),
        ];
        var weights = RandomBytes.Of(150_000, 10);
        foreach (var onnx in hostile)
        {
            CheckRules(ModelFile.Bundle(onnx, "1.0.0", ("weights.bin", weights)));
        }
        // The boundaries of the entries are those of the directory: a lie inside one file changes no other.
        var whole = ModelFile.Bundle(filler, "1.0.0", ("weights.bin", weights));
        Assert.Contains(whole.AsSpan().IndexOf(weights), Cut(whole).Select(c => (int)c.Offset));
    }

    [Fact]
    public void Any_bytes_are_cut_within_bounds() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte[]>(), (content, tail) =>
    {
        CheckRules(RawZip.Of(new RawZip.Entry("a.onnx", [.. content, .. RandomBytes.Of(100_000, content.Length)]), new RawZip.Entry("b.onnx", tail)));
        CheckRules([.. RandomBytes.Of(50_000, tail.Length), .. content, .. tail]);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cutting_stops_when_it_is_asked_to()
    {
        using var cancellation = new CancellationTokenSource();
        var seen = 0;
        Assert.Throws<OperationCanceledException>(() => FileChunker.Cut(new MemoryStream(new byte[1 << 20]), (_, _) =>
        {
            seen++;
            cancellation.Cancel();
        }, cancellation.Token));
        Assert.Equal(1, seen);
    }

    [Fact]
    public void Cutting_ends_when_no_more_is_wanted()
    {
        var seen = 0;
        FileChunker.CutWhile(new MemoryStream(new byte[1 << 20]), (_, _) => ++seen < 3, CancellationToken.None);
        Assert.Equal(3, seen);
    }

    private static void CheckRules(byte[] file)
    {
        var offset = 0L;
        var copy = new MemoryStream();
        FileChunker.Cut(new MemoryStream(file), (chunk, bytes) =>
        {
            Assert.Equal(offset, chunk.Offset);
            Assert.Equal(bytes.Length, chunk.Length);
            Assert.True(chunk.Length is > 0 and <= FileChunker.MaxBytes && (chunk.Length >= FileChunker.MinBytes || offset == 0 || offset + chunk.Length == file.Length), $"{chunk} of {file.Length}");
            copy.Write(bytes);
            offset += chunk.Length;
        }, CancellationToken.None);
        Assert.True(file.AsSpan().SequenceEqual(copy.ToArray()), "the chunks are not the file");
        Assert.Equal(Cut(file), Cut(file));
    }

    private static List<Chunk> Cut(byte[] file)
    {
        var chunks = new List<Chunk>();
        FileChunker.Cut(new MemoryStream(file), (chunk, _) => chunks.Add(chunk), CancellationToken.None);
        return chunks;
    }

    private static string Fingerprint(byte[] file)
    {
        var chunks = Cut(file);
        var bytes = new byte[chunks.Count * 4];
        for (var i = 0; i < chunks.Count; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * 4), chunks[i].Length);
        return $"{chunks.Count} {Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}";
    }

    /// <summary>Graphs inside attributes of nodes of graphs.</summary>
    private static byte[] Nested(int depth, byte[] inner)
    {
        var levels = new Stack<byte[]>();
        var length = inner.Length;
        for (var i = 0; i < depth; i++)
        {
            byte field = (byte)(((i % 3) switch { 0 => 6, 1 => 5, _ => 1 } << 3) | 2);
            byte[] header = [field, (byte)(length | 0x80), (byte)((length >> 7) | 0x80), (byte)((length >> 14) & 0x7F)];
            levels.Push(header);
            length += header.Length;
        }
        return [0x3A, (byte)(length | 0x80), (byte)((length >> 7) | 0x80), (byte)((length >> 14) & 0x7F), .. levels.SelectMany(l => l), .. inner];
    }

    /// <summary>Places of headers, messages and the directory, where damage matters to the reader of the structure.</summary>
    private static int[] StructuralBytes(byte[] bundle)
    {
        var directory = BinaryPrimitives.ReadInt32LittleEndian(bundle.AsSpan(bundle.Length - 6));
        var onnx = bundle.AsSpan().IndexOf("vad.onnx"u8);
        return [.. Enumerable.Range(directory, bundle.Length - directory), .. Enumerable.Range(onnx, 400)];
    }
}
