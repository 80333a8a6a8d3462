using EdgeRunner.Trust.Client;

namespace EdgeRunner.Trust.Repository;

/// <summary>The road to a repository that lies in a directory: the writer's own, or a copy on a USB stick.</summary>
/// <param name="layout">Its <c>metadata</c> and <c>targets</c> are read, and nothing else.</param>
public sealed class RepositoryFolder(RepositoryLayout layout) : IMetadataFetcher, ITargetFetcher
{
    /// <inheritdoc/>
    public async ValueTask<FetchResult> FetchAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        using var file = Open(layout.Metadata, name);
        if (file is null)
        {
            return FetchResult.NotFound;
        }
        if (file.Length > maxBytes)
        {
            return FetchResult.TooLong;
        }
        var bytes = new byte[file.Length];
        var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return FetchResult.Found(bytes.AsMemory(0, length));
    }

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult<Stream?>(Open(layout.Targets, name));

    /// <summary>Names come from signed metadata and may still not lead out of the directory.</summary>
    private static FileStream? Open(string directory, string name)
    {
        var path = Path.GetFullPath(Path.Combine(directory, name));
        if (!path.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return null;
        }
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RepositoryUnavailableException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
