using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace EdgeRunner.EndToEnd;

/// <summary>Speaks to the daemon's socket without a program in between: for many requests in a short time.</summary>
internal sealed class ControlSocketCaller(string socket) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://edgerunner") };

    /// <summary>Activates a version and returns the report.</summary>
    public async Task<JsonElement> ActivateAsync(string model, string version)
    {
        using var answer = await _http.PostAsJsonAsync($"/v1/models/{model}/activate", new { version });
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public void Dispose() => _http.Dispose();
}
