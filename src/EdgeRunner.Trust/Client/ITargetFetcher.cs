namespace EdgeRunner.Trust.Client;

/// <summary>A road to the targets of a repository. It is trusted with nothing.</summary>
public interface ITargetFetcher
{
    /// <summary>Opens one target for reading from its first byte.</summary>
    /// <param name="name">Path below the repository's targets, segments separated by <c>/</c>, not percent-encoded; with consistent snapshots the last
    /// segment begins with the digest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The content, which the caller disposes; null when the repository says that it has none.</returns>
    /// <exception cref="RepositoryUnavailableException">No answer.</exception>
    ValueTask<Stream?> OpenAsync(string name, CancellationToken cancellationToken);
}
