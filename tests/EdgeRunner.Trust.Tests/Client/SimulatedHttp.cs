using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>Serves a simulated repository over HTTP on a free loopback port, one request on each connection, for clients in processes of their own. The repository must
/// not change meanwhile.</summary>
internal sealed class SimulatedHttp : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly RepositorySimulator _repository;
    private readonly Task _accepting;

    internal SimulatedHttp(RepositorySimulator repository)
    {
        _repository = repository;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal string MetadataUrl => $"http://{_listener.LocalEndpoint}/metadata";

    internal string TargetsUrl => $"http://{_listener.LocalEndpoint}/targets";

    public void Dispose()
    {
        _listener.Stop();
        try
        {
            _accepting.Wait();
        }
        catch (AggregateException e) when (e.InnerException is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            using var connection = await _listener.AcceptTcpClientAsync();
            try
            {
                await AnswerAsync(connection.GetStream());
            }
            catch (IOException)
            {
                // The client was killed.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var request = await reader.ReadLineAsync();
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
        }
        var path = request?.Split(' ') is [_, var address, _] ? address : "";
        var content = path.StartsWith("/metadata/", StringComparison.Ordinal) ? _repository.Files.GetValueOrDefault(path["/metadata/".Length..])
            : path.StartsWith("/targets/", StringComparison.Ordinal) ? _repository.Contents.GetValueOrDefault(Uri.UnescapeDataString(path["/targets/".Length..]))
            : null;
        var head = string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {(content is null ? "404 Not Found" : "200 OK")}\r\nContent-Length: {content?.Length ?? 0}\r\nConnection: close\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(content ?? []);
    }
}
