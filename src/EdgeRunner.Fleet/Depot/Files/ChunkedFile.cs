using System.Collections;
using EdgeRunner.Fleet.Depot.Requests;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot.Files;

/// <summary>A release as it is served in chunks: its index, and the file that the index describes. One thread at a time.</summary>
/// <remarks>Each chunk is checked against its digest the first time it is read, so that a damaged disk is told here and not by every device.</remarks>
internal sealed class ChunkedFile
{
    private const int Overhead = 512;
    private const int EntryCost = 36 + sizeof(long) + sizeof(long); // digest and length, offset, and the time it was sent to all

    private readonly PublishedFiles _files;
    private readonly BitArray _good;
    private readonly string _indexName;
    private FileStamp _stamp;

    /// <param name="files">Where the file is read.</param>
    /// <param name="index">Its chunks.</param>
    /// <param name="indexName">Name of the index's file.</param>
    /// <param name="blobId">SHA-256 of the index, lowercase hex: the level of the topic that its chunks are sent on to all.</param>
    internal ChunkedFile(PublishedFiles files, ChunkIndex index, string indexName, string blobId)
    {
        (_files, Index, _indexName, BlobId) = (files, index, indexName, blobId);
        var slash = index.Target.LastIndexOf('/') + 1;
        Name = $"{index.Target[..slash]}{index.Sha256}.{index.Target[slash..]}";
        _good = new BitArray(index.Count);
    }

    /// <summary>The chunks.</summary>
    internal ChunkIndex Index { get; }

    /// <summary>See the constructor.</summary>
    internal string BlobId { get; }

    /// <summary>Name of the file, with its digest.</summary>
    internal string Name { get; }

    /// <summary>Memory that it takes with all that hangs on it, in bytes.</summary>
    internal long Cost => Overhead + ((long)Index.Count * EntryCost);

    /// <summary>Reads a chunk.</summary>
    /// <param name="number">Below the index's count.</param>
    /// <param name="destination">Exactly as long as the chunk.</param>
    /// <exception cref="PublishedFileException">The file is not there, or its bytes are not those of the index.</exception>
    internal void Read(int number, Span<byte> destination)
    {
        using var handle = _files.TryOpen(TransferKind.Target, Name, out var stamp) ?? throw Missing();
        if (stamp != _stamp)
        {
            _good.SetAll(false);
            _stamp = stamp;
        }
        PublishedFiles.ReadExactly(handle, Name, destination, Index[number].Offset);
        if (_good[number]) return;
        if (!Index.IsChunk(number, destination)) throw new PublishedFileException($"chunk {number} of {Words.Quote(Name)} is damaged in the repository: its bytes are not those that were signed");
        _good[number] = true;
    }

    /// <summary>Whether its index is still published. A prune takes that away before the file.</summary>
    internal bool IsListed()
    {
        using var handle = _files.TryOpen(TransferKind.Chunk, _indexName, out _);
        return handle is not null;
    }

    private PublishedFileException Missing() => IsListed()
        ? new PublishedFileException($"the file {Words.Quote(Name)}, which the chunk index describes, is not in the repository")
        : new PublishedFileException($"{Words.Quote(Name)} was removed from the repository") { IsGone = true };
}
