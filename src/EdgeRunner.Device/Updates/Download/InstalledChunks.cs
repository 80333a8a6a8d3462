using EdgeRunner.Device.ModelStore;
using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Device.Updates.Download;

/// <summary>The chunks of the installed versions of a model. They are cut again by the rule that the fleet uses: a remembered index would not spare the reading,
/// since flash memory forgets and each piece is hashed before it counts.</summary>
internal sealed class InstalledChunks(BundleStore store, ILogger<InstalledChunks> logger) : IChunkStock
{
    /// <inheritdoc/>
    public void OfferTo(Release release, ChunkTaker take, CancellationToken cancellationToken)
    {
        var wanted = true;
        // What is fetched again because it is damaged, then the version in use: that is most often the one that the new one was made from.
        var damaged = store.SetAside(release.Model).Select(version => store.SetAsidePath(release.Model, version)); // A flipped bit spoils one chunk of many.
        foreach (var path in damaged.Concat(store.List().Where(m => string.Equals(m.Name, release.Model, StringComparison.Ordinal)).OrderByDescending(m => m.Active).Select(m => m.Path)))
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
                FileChunker.CutWhile(file, (_, bytes) => wanted = take(bytes), cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                DownloadLog.CannotReuse(logger, path, e.Message); // removed meanwhile, or a bad block
            }

            if (!wanted) return;
        }
    }
}
