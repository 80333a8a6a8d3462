namespace EdgeRunner.Trust.Client;

/// <summary>A road to the metadata of a repository: MQTT, HTTP or a directory. It is trusted with nothing.</summary>
public interface IMetadataFetcher
{
    /// <summary>Gets one file.</summary>
    /// <param name="name">E.g. <c>timestamp.json</c>, <c>3.root.json</c> or <c>2.models%2Fvision.json</c>: already percent-encoded, one path segment.</param>
    /// <param name="maxBytes">Reading stops after so many bytes, and the answer is <see cref="FetchResult.TooLong"/> when there are more.</param>
    /// <param name="cancellationToken">Also cancelled when the file takes too long.</param>
    /// <exception cref="RepositoryUnavailableException">No answer.</exception>
    ValueTask<FetchResult> FetchAsync(string name, int maxBytes, CancellationToken cancellationToken);
}
