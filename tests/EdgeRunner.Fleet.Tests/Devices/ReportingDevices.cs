using System.Text.Json;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Payloads;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Fleet.Tests.Devices;

/// <summary>Retained messages of devices at a real broker.</summary>
internal sealed class ReportingDevices : IAsyncDisposable
{
    internal const string Fleet = "test";

    private readonly MqttSession _session;

    private ReportingDevices(MosquittoBroker broker)
    {
        Broker = broker;
        _session = new MqttSession(new MqttSessionOptions { Port = broker.Port, ClientId = "devices", CleanStart = true, SessionExpiry = TimeSpan.Zero }, TimeProvider.System, NullLogger<MqttSession>.Instance);
        _session.Start();
    }

    internal MosquittoBroker Broker { get; }

    /// <summary>The options that lead a command to the broker.</summary>
    internal string[] Options => ["--broker", $"mqtt://127.0.0.1:{Broker.Port}", "--fleet", Fleet];

    internal static async Task<ReportingDevices> StartAsync(MosquittoBrokerOptions? options = null)
    {
        var devices = new ReportingDevices(MosquittoBroker.Start(options));
        await devices._session.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        return devices;
    }

    /// <summary>A device as it reports itself.</summary>
    internal static ReportPayload Report(string device, string? group = "east", string? active = "1.0.0", UpdateReport? update = null) => new(device, "boot-1", "0.1.0",
        new ClockReading(Synchronized: true, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), 1),
        active is null ? [] : [new ModelReport("vision", "active", active)], [new PipelineReport("camera", "running", 10, 0, "vision")],
        new HealthReport("ok", [], 5, 1 << 20, 0, 0), new CapabilitiesReport("arm64", "Debian", 4, 1 << 30, ["cpu"], "1.30.0"))
    {
        Group = group,
        Updates = update is null ? [] : [update],
    };

    internal Task ReportAsync(ReportPayload report, bool online = true) => Task.WhenAll(PresenceAsync(report.Device, online),
        PublishAsync(report.Device, "report", JsonSerializer.SerializeToUtf8Bytes(report, MessagingJsonContext.Default.ReportPayload)));

    internal Task PresenceAsync(string device, bool online = true) => PublishAsync(device, "presence", JsonSerializer.SerializeToUtf8Bytes(
        new PresencePayload(online ? PresenceStatus.Online : PresenceStatus.Offline, device, "boot-1", "0.1.0", new ClockReading(Synchronized: true, DateTimeOffset.UnixEpoch, 1)), MessagingJsonContext.Default.PresencePayload));

    internal Task PublishAsync(string device, string rest, byte[] payload) =>
        _session.PublishAsync($"er/1/{Fleet}/device/{device}/{rest}", payload, new MqttPublishOptions { QualityOfService = MqttQualityOfService.AtLeastOnce, Retain = true }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        Broker.Dispose();
    }
}
