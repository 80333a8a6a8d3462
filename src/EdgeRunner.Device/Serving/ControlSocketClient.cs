using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;

namespace EdgeRunner.Device.Serving;

/// <summary>Asks the running daemon over its Unix socket. The field engineer's commands use nothing else.</summary>
internal sealed class ControlSocketClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _socketPath;

    public ControlSocketClient(string socketPath)
    {
        _socketPath = socketPath;
        var handler = new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://edgerunner"), Timeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>Gets <paramref name="path"/> as JSON.</summary>
    /// <exception cref="DaemonUnavailableException">No daemon answers, or this user may not ask it; the message says what to do.</exception>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.GetFromJsonAsync(path, type, cancellationToken).ConfigureAwait(false)
                ?? throw new DaemonUnavailableException(DaemonUnavailableReason.BadAnswer, $"the daemon at {_socketPath} answered nothing");
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new DaemonUnavailableException(
                DaemonUnavailableReason.Permission,
                $"this user may not open {_socketPath}; use sudo, or join the group that owns it: sudo usermod -aG edgerunner $USER", e);
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException)
        {
            throw new DaemonUnavailableException(
                DaemonUnavailableReason.NotRunning,
                $"no daemon answers at {_socketPath}; is it running? systemctl status edgerunner (or: edgerunner run --config FILE)", e);
        }
        catch (Exception e) when (e is HttpRequestException or System.Text.Json.JsonException)
        {
            throw new DaemonUnavailableException(DaemonUnavailableReason.BadAnswer, $"the daemon at {_socketPath} gave no usable answer: {e.Message}", e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DaemonUnavailableException(
                DaemonUnavailableReason.NotRunning, $"the daemon at {_socketPath} did not answer within {_http.Timeout.TotalSeconds:0} s; it may hang: journalctl -u edgerunner", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
