using System.Security.Cryptography;
using EdgeRunner.Fleet.Depot.Requests;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot.Files;

/// <summary>Chunk indexes that were asked for lately, within a bound of memory. One thread at a time.</summary>
/// <param name="files">Where they are read.</param>
/// <param name="maxBytes">Memory that all may take; the newest is always kept.</param>
internal sealed class ChunkIndexCache(PublishedFiles files, long maxBytes)
{
    internal const long DefaultBytes = 64 << 20;

    private readonly Dictionary<string, LinkedListNode<(string Name, ChunkedFile File)>> _byName = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Name, ChunkedFile File)> _newestFirst = new();
    private long _bytes;

    /// <summary>Finds a release by the name of its index.</summary>
    /// <returns>Null when there is no such index.</returns>
    /// <exception cref="PublishedFileException">It is damaged, or the disk fails.</exception>
    internal ChunkedFile? Find(string name)
    {
        if (_byName.TryGetValue(name, out var node))
        {
            // First, since a disk that fails throws here: list and table must not differ then.
            var listed = node.Value.File.IsListed();
            _newestFirst.Remove(node);
            if (listed)
            {
                _newestFirst.AddFirst(node);
                return node.Value.File;
            }
            _byName.Remove(name);
            _bytes -= node.Value.File.Cost;
        }
        if (Read(name) is not { } file) return null;
        _byName.Add(name, _newestFirst.AddFirst((name, file)));
        _bytes += file.Cost;
        while (_bytes > maxBytes && _newestFirst.Last is { } oldest && oldest != _newestFirst.First)
        {
            _newestFirst.RemoveLast();
            _byName.Remove(oldest.Value.Name);
            _bytes -= oldest.Value.File.Cost;
        }
        return file;
    }

    private ChunkedFile? Read(string name)
    {
        using var handle = files.TryOpen(TransferKind.Chunk, name, out var stamp);
        if (handle is null) return null;
        if (stamp.Length > ChunkIndex.MaxIndexBytes) throw new PublishedFileException($"{Words.Quote(name)} has {stamp.Length} bytes; a chunk index has at most {ChunkIndex.MaxIndexBytes}");
        var bytes = new byte[stamp.Length];
        PublishedFiles.ReadExactly(handle, name, bytes, 0);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        // A repository that names files by SHA-512 has no digest here to compare with; its index is checked by its devices.
        var named = name[(name.LastIndexOf('/') + 1)..].Split('.')[0];
        if (named.Length == digest.Length && !string.Equals(named, digest, StringComparison.Ordinal))
        {
            throw new PublishedFileException($"the chunk index {Words.Quote(name)} is damaged in the repository: its bytes have the SHA-256 {digest}");
        }
        try
        {
            return new ChunkedFile(files, ChunkIndex.Parse(bytes), name, digest);
        }
        catch (ChunkIndexException e)
        {
            throw new PublishedFileException($"{Words.Quote(name)} is no chunk index: {e.Message}", e);
        }
    }
}
