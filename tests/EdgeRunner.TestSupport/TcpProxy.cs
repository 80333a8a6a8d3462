using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EdgeRunner.TestSupport;

/// <summary>A loopback proxy in front of a real server, to break the link: cut it, delay it, or swallow everything.</summary>
public sealed class TcpProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, TcpClient> _links = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _targetPort;
    private volatile bool _blackhole;
    private long _delayTicks;
    private long _bytesUntilCut = long.MaxValue;
    private long _forwardedBytes;
    private Func<long> _nextBytes = static () => long.MaxValue;
    private int _connections;

    /// <summary>Starts a proxy to a port on loopback; the server need not run.</summary>
    public TcpProxy(int targetPort)
    {
        _targetPort = targetPort;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    /// <summary>Connect here.</summary>
    public int Port { get; }

    /// <summary>Connections made so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Bytes forwarded in both directions.</summary>
    public long ForwardedBytes => Interlocked.Read(ref _forwardedBytes);

    /// <summary>Takes connections and bytes, and forwards nothing. What was swallowed is lost when this is switched off.</summary>
    public bool Blackhole
    {
        get => _blackhole;
        set => _blackhole = value;
    }

    /// <summary>Holds back each piece for so long.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    /// <summary>Cuts all links again and again, each time after as many bytes as <paramref name="nextBytes"/> says; it is called for one cut at a time.</summary>
    public void CutEvery(Func<long> nextBytes)
    {
        _nextBytes = nextBytes;
        Interlocked.Exchange(ref _bytesUntilCut, nextBytes());
    }

    /// <summary>Cuts all links with a reset; new ones are accepted.</summary>
    public void Cut()
    {
        foreach (var (client, server) in _links)
        {
            Reset(client);
            Reset(server);
        }

        _links.Clear();
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Stop();
        Cut();
        _stopping.Dispose();
    }

    private static void Reset(TcpClient link)
    {
        try
        {
            // Null once the pump has closed it.
            if (link.Client is { } socket) socket.LingerState = new(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed by the other side already.
        }

        link.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref _connections);
        var server = new TcpClient();
        _links[client] = server;
        try
        {
            client.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, _targetPort);
            await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The server is not there, or the link was cut.
        }

        _links.TryRemove(client, out _);
        client.Dispose();
        server.Dispose();
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[16 << 10];
        try
        {
            while (true)
            {
                var count = await from.GetStream().ReadAsync(buffer, _stopping.Token);
                if (count == 0) return;
                if (_blackhole) continue;
                if (Delay is { Ticks: > 0 } delay) await Task.Delay(delay, _stopping.Token);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _stopping.Token);
                Interlocked.Add(ref _forwardedBytes, count);
                // Exactly one piece crosses zero, whichever direction it goes.
                var left = Interlocked.Add(ref _bytesUntilCut, -count);
                if (left < 0 && left + count >= 0)
                {
                    Cut();
                    Interlocked.Exchange(ref _bytesUntilCut, _nextBytes());
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The link was cut.
        }
    }
}
