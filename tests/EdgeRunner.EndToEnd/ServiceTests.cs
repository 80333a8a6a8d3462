using System.Net.Sockets;
using System.Text;

namespace EdgeRunner.EndToEnd;

/// <summary>The daemon as a systemd service: readiness, watchdog, stop, and what it touches on the machine.</summary>
public sealed class ServiceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_systemd_that_it_is_ready_alive_and_stopping(bool abstractName)
    {
        using var broker = MosquittoBroker.Start();
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        var name = abstractName ? $"@edgerunner-{Guid.NewGuid():N}" : device.File("notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(abstractName ? "\0" + name[1..] : name));

        await using var daemon = Daemon.Start(device.Write(), new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = name, ["WATCHDOG_USEC"] = "400000" });
        await ReceiveAsync(manager, "READY=1");
        await ReceiveAsync(manager, "WATCHDOG=1");
        await ReceiveAsync(manager, "WATCHDOG=1");
        daemon.Terminate();
        await ReceiveAsync(manager, "STOPPING=1");
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Ready_does_not_wait_for_a_broker_that_never_comes()
    {
        using var device = new DeviceFolder(brokerPort: 1); // Nothing listens on port 1.
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(device.File("notify")));
        await using var daemon = Daemon.Start(device.Write(), new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = device.File("notify") });
        await ReceiveAsync(manager, "READY=1");
        await daemon.WaitUntilAsync("works without a broker", s => s.GetProperty("pipelines")[0].GetProperty("decisions").GetInt64() > 10);
    }

    [Fact]
    public async Task Writes_nothing_outside_its_directories_and_opens_no_socket_but_its_own()
    {
        using var broker = MosquittoBroker.Start();
        using var home = new TempDirectory();
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        await using var daemon = Daemon.Start(device.Write(), new Dictionary<string, string?>
        {
            ["HOME"] = home.Path,
            ["XDG_CACHE_HOME"] = null,
            ["ORT_DISABLE_TELEMETRY"] = null, // The daemon itself must set it before the library loads.
        });
        await daemon.WaitUntilAsync("model runs", s => s.GetProperty("pipelines")[0].GetProperty("decisions").GetInt64() > 50);

        var remote = InternetSockets(daemon.ProcessId);
        Assert.All(remote, socket => Assert.EndsWith($":{broker.Port:X4}", socket, StringComparison.Ordinal));
        Assert.Single(remote);
        Assert.Empty(Directory.GetFileSystemEntries(home.Path));
    }

    /// <summary>Remote addresses (hex, as in <c>/proc/net/tcp</c>) of the process's TCP and UDP sockets.</summary>
    private static List<string> InternetSockets(int processId)
    {
        var inodes = Directory.GetFiles($"/proc/{processId}/fd")
            .Select(path => new FileInfo(path).LinkTarget ?? "")
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target[8..^1])
            .ToHashSet(StringComparer.Ordinal);
        return [.. new[] { "tcp", "tcp6", "udp", "udp6" }
            .SelectMany(table => File.ReadLines($"/proc/{processId}/net/{table}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => inodes.Contains(fields[9]))
            .Select(fields => fields[2])];
    }

    private static async Task ReceiveAsync(Socket manager, string expected)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[4096];
        while (true)
        {
            var length = await manager.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, patience.Token);
            if (Encoding.UTF8.GetString(buffer, 0, length).Split('\n').Contains(expected)) return;
        }
    }
}
