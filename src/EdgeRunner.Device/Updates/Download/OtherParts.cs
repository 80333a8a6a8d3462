using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Device.Updates.Download;

/// <summary>The chunks of other downloads of a model that were begun: a newer release came while one was under way.</summary>
/// <remarks>Each lies where its own index says, which is kept beside it.</remarks>
internal sealed class OtherParts(PartDirectory directory, ILogger logger) : IChunkStock
{
    /// <inheritdoc/>
    public void OfferTo(Release release, ChunkTaker take, CancellationToken cancellationToken)
    {
        foreach (var sha256 in directory.List(release.Model).Where(sha256 => !string.Equals(sha256, release.Chunks.Index.Sha256, StringComparison.Ordinal)))
        {
            var part = directory.PartFile(release.Model, sha256);
            try
            {
                if (!Offer(part, directory.IndexFile(release.Model, sha256), take, cancellationToken)) return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ChunkIndexException)
            {
                DownloadLog.CannotReuse(logger, part, e.Message);
            }
        }
    }

    private static bool Offer(string part, string indexFile, ChunkTaker take, CancellationToken cancellationToken)
    {
        if (new FileInfo(indexFile).Length > ChunkIndex.MaxIndexBytes) throw new ChunkIndexException("its index is too long");
        var index = ChunkIndex.Parse(File.ReadAllBytes(indexFile));
        using var file = File.OpenHandle(part, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        var buffer = new byte[ChunkIndex.MaxChunkBytes];
        for (var number = 0; number < index.Count; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var piece = buffer.AsSpan(0, index[number].Length);
            if (RandomAccess.Read(file, piece, index[number].Offset) == piece.Length && !take(piece)) return false;
        }

        return true;
    }
}
