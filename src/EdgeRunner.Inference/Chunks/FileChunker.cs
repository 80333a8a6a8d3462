using System.Security.Cryptography;

namespace EdgeRunner.Inference.Chunks;

/// <summary>Cuts files into chunks so that two versions of a model have most chunks in common: at the tensors of a bundle's ONNX files, and
/// by content inside large ones and in everything else. Rule 1 of docs/releases.md: the same bytes are cut the same way on every machine.</summary>
/// <remarks>Reads once from front to back beside a look at the structure; holds one chunk in memory, however long the file is.</remarks>
public static class FileChunker
{
    /// <summary>Version of the rule. Indexes of different rules work together; they have fewer chunks in common.</summary>
    public const int RuleVersion = ChunkRule.Version;

    /// <summary>No chunk is shorter, in bytes, except the first and the last of a file.</summary>
    public const int MinBytes = ChunkRule.MinBytes;

    /// <summary>What most chunks come near to, in bytes.</summary>
    public const int TargetBytes = ChunkRule.TargetBytes;

    /// <summary>No chunk is longer, in bytes: <see cref="ChunkIndex.MaxChunkBytes"/> less 256, which encryption may add to each.</summary>
    public const int MaxBytes = ChunkRule.MaxBytes;

    /// <summary>Takes one chunk.</summary>
    /// <param name="chunk">Where it lies.</param>
    /// <param name="bytes">Its bytes; valid during the call only.</param>
    public delegate void ChunkVisitor(Chunk chunk, ReadOnlySpan<byte> bytes);

    /// <summary>Takes one chunk and says whether it wants more.</summary>
    /// <inheritdoc cref="ChunkVisitor"/>
    public delegate bool ChunkTaker(Chunk chunk, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts a file and hands out each chunk, in order.</summary>
    /// <param name="file">Seekable; must not change meanwhile.</param>
    /// <param name="visit">Called once for each chunk.</param>
    /// <param name="cancellationToken">Gives up between two chunks.</param>
    /// <exception cref="IOException">It cannot be read, or became shorter.</exception>
    public static void Cut(Stream file, ChunkVisitor visit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(visit);
        CutWhile(file, (chunk, bytes) =>
        {
            visit(chunk, bytes);
            return true;
        }, cancellationToken);
    }

    /// <summary>As <see cref="Cut"/>, until <paramref name="take"/> wants no more.</summary>
    /// <param name="file">Seekable; must not change meanwhile.</param>
    /// <param name="take">Called for each chunk, until it returns false.</param>
    /// <param name="cancellationToken">Gives up between two chunks.</param>
    /// <exception cref="IOException">It cannot be read, or became shorter.</exception>
    public static void CutWhile(Stream file, ChunkTaker take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(take);
        var boundaries = FileStructure.Find(file);
        var length = file.Length;
        var buffer = new byte[MaxBytes];
        var (next, held) = (0, 0);
        file.Position = 0;
        for (var offset = 0L; offset < length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (next < boundaries.Count && boundaries[next] <= offset)
            {
                next++;
            }
            var remaining = (next < boundaries.Count ? boundaries[next] : length) - offset;
            held += Fill(file, buffer.AsSpan(held, (int)Math.Min(MaxBytes, length - offset) - held));
            var count = ChunkRule.NextLength(buffer.AsSpan(0, held), remaining);
            if (!take(new Chunk(offset, count), buffer.AsSpan(0, count)))
            {
                return;
            }
            buffer.AsSpan(count, held - count).CopyTo(buffer);
            (offset, held) = (offset + count, held - count);
        }
    }

    /// <summary>Cuts a file and makes its index.</summary>
    /// <param name="target">Path of the target that the file is, e.g. <c>models/vision/1.2.0.ermodel</c>.</param>
    /// <param name="file">Seekable; must not change meanwhile.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">It cannot be read, or became shorter.</exception>
    /// <exception cref="ChunkIndexException">It is too long: an index has room for 1.9 GB at least.</exception>
    public static ChunkIndex Index(string target, Stream file, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunks = new List<(int, byte[])>();
        Cut(file, (chunk, bytes) =>
        {
            chunks.Add((chunk.Length, SHA256.HashData(bytes)));
            whole.AppendData(bytes);
        }, cancellationToken);
        return ChunkIndex.Create(target, whole.GetHashAndReset(), chunks);
    }

    /// <summary>Makes the index of a file that somebody else has cut, e.g. because its pieces are encrypted one by one.</summary>
    /// <param name="target">Path of the target that the file is.</param>
    /// <param name="file">Read from its beginning to its end.</param>
    /// <param name="lengths">Lengths of the pieces in order: together the whole file, each 1 to <see cref="ChunkIndex.MaxChunkBytes"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">It cannot be read, or is shorter than the pieces.</exception>
    /// <exception cref="ChunkIndexException">A length is out of range, the file is longer than the pieces, or there are too many of them.</exception>
    public static ChunkIndex Index(string target, Stream file, IEnumerable<int> lengths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(lengths);
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunks = new List<(int, byte[])>();
        var buffer = new byte[ChunkIndex.MaxChunkBytes];
        var offset = 0L;
        foreach (var length in lengths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (length is < 1 or > ChunkIndex.MaxChunkBytes)
            {
                throw new ChunkIndexException($"chunk {chunks.Count} has {length} bytes; expected 1 to {ChunkIndex.MaxChunkBytes}");
            }
            file.Position = offset;
            Fill(file, buffer.AsSpan(0, length));
            chunks.Add((length, SHA256.HashData(buffer.AsSpan(0, length))));
            whole.AppendData(buffer, 0, length);
            offset += length;
        }
        return offset == file.Length
            ? ChunkIndex.Create(target, whole.GetHashAndReset(), chunks)
            : throw new ChunkIndexException($"the chunks have {offset} bytes together; the file has {file.Length}");
    }

    private static int Fill(Stream file, Span<byte> buffer)
    {
        file.ReadExactly(buffer);
        return buffer.Length;
    }
}
