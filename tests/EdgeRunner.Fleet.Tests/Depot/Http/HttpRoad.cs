using System.Net;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Fleet.Tests.Depot.Http;

/// <summary>The plainest road of a TUF client over HTTP.</summary>
internal sealed class HttpRoad(HttpClient client, Uri address) : IMetadataFetcher
{
    public async ValueTask<FetchResult> FetchAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(new Uri(address, $"metadata/{Uri.EscapeDataString(name)}"), cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound ? FetchResult.NotFound : FetchResult.Found(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken));
    }
}
