using System.Net;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Trust.ConformanceClient;

/// <summary>A repository behind plain HTTP.</summary>
internal sealed class HttpRepository(string metadataUrl, string? targetUrl) : IMetadataFetcher, ITargetFetcher, IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public async ValueTask<FetchResult> FetchAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        var stream = await GetAsync(metadataUrl, name, cancellationToken);
        if (stream is null)
        {
            return FetchResult.NotFound;
        }
        await using (stream)
        {
            var buffer = new byte[maxBytes + 1];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return length > maxBytes ? FetchResult.TooLong : FetchResult.Found(buffer.AsMemory(0, length));
        }
    }

    public async ValueTask<Stream?> OpenAsync(string name, CancellationToken cancellationToken) =>
        await GetAsync(targetUrl!, string.Join('/', name.Split('/').Select(Uri.EscapeDataString)), cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<Stream?> GetAsync(string url, string name, CancellationToken cancellationToken)
    {
        var address = new Uri($"{url.TrimEnd('/')}/{name}");
        try
        {
            var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                response.Dispose();
                return null;
            }
            return await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new RepositoryUnavailableException($"GET {address}: {e.Message}", e);
        }
    }
}
