using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;

namespace EdgeRunner.Device.Serving;

/// <summary>Asks the running daemon over its Unix socket. The field engineer's commands use nothing else.</summary>
internal sealed class ControlSocketClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _socketPath;

    /// <summary>For requests that load models.</summary>
    public static readonly TimeSpan LongWork = TimeSpan.FromMinutes(10);

    /// <param name="socketPath">The daemon's socket.</param>
    /// <param name="patience">How long an answer may take; null = 5 s.</param>
    public ControlSocketClient(string socketPath, TimeSpan? patience = null)
    {
        _socketPath = socketPath;
        var handler = new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://edgerunner"), Timeout = patience ?? TimeSpan.FromSeconds(5) };
    }

    /// <summary>Gets <paramref name="path"/> as JSON.</summary>
    /// <exception cref="DaemonUnavailableException">No daemon answers, or this user may not ask it; the message says what to do.</exception>
    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        AskAsync(() => _http.GetFromJsonAsync(path, type, cancellationToken), cancellationToken);

    /// <summary>Asks for the status and forgets it: whether a daemon answers at all.</summary>
    /// <exception cref="DaemonUnavailableException">None does, or this user may not ask it.</exception>
    public Task LookAsync(CancellationToken cancellationToken) => AskAsync(
        async () =>
        {
            using var answer = await _http.GetAsync("/v1/status", cancellationToken).ConfigureAwait(false);
            return answer.ReasonPhrase ?? ""; // Any answer will do.
        },
        cancellationToken);

    /// <summary>Posts <paramref name="body"/> and reads the answer, also the one that says that the daemon has refused.</summary>
    /// <exception cref="DaemonUnavailableException">No daemon answers, or this user may not ask it, or its answer is no <typeparamref name="TAnswer"/>.</exception>
    public Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken) =>
        AskAsync(
            async () =>
            {
                using var answer = await _http.PostAsJsonAsync(path, body, bodyType, cancellationToken).ConfigureAwait(false);
                // A refusal is an answer too when it is JSON; anything else is a text that says what is wrong with the request.
                if (answer.Content.Headers.ContentType?.MediaType is "application/json") return await answer.Content.ReadFromJsonAsync(answerType, cancellationToken).ConfigureAwait(false);
                var text = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
                throw new HttpRequestException($"{(int)answer.StatusCode} {text}; is the daemon of another version?");
            },
            cancellationToken);

    private async Task<T> AskAsync<T>(Func<Task<T?>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().ConfigureAwait(false) ?? throw new DaemonUnavailableException(DaemonUnavailableReason.BadAnswer, $"the daemon at {_socketPath} answered nothing");
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
                DaemonUnavailableReason.NoAnswer, $"the daemon at {_socketPath} did not answer within {_http.Timeout.TotalSeconds:0} s; it may hang: journalctl -u edgerunner; {DaemonWatch.Remedy}", e);
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
