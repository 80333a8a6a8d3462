using System.Diagnostics;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Messaging.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Benchmarks;

/// <summary>The daemon's main connection with alarms on it: QoS 1 publishes of 200 bytes at a steady rate, each timed from the call to PUBACK.</summary>
internal sealed class AlarmPublisher : IAsyncDisposable
{
    private readonly MqttSession _session;
    private readonly TimeSpan _period;
    private readonly byte[] _payload = new byte[200];

    private AlarmPublisher(MqttSession session, int hertz) => (_session, _period) = (session, TimeSpan.FromSeconds(1.0 / hertz));

    internal static async Task<AlarmPublisher> StartAsync(BrokerOptions broker, int hertz)
    {
        var session = new MqttSession(BrokerSession.OptionsOf(broker, "bench-alarms"), TimeProvider.System, NullLogger<MqttSession>.Instance);
        session.Start();
        await session.WaitUntilConnectedAsync(CancellationToken.None);
        return new AlarmPublisher(session, hertz);
    }

    /// <summary>Publishes until <paramref name="end"/> completes.</summary>
    internal async Task<Quantiles> MeasureAsync(Task end)
    {
        var samples = new Samples(1_000_000);
        using var timer = new PeriodicTimer(_period, TimeProvider.System);
        while (!end.IsCompleted && await timer.WaitForNextTickAsync())
        {
            var start = Stopwatch.GetTimestamp();
            await _session.PublishAsync("er/1/bench/device/bench/event", _payload, MqttPublishOptions.AtLeastOnce, CancellationToken.None);
            samples.Add(start, Stopwatch.GetTimestamp());
        }

        return samples.Summarize();
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
