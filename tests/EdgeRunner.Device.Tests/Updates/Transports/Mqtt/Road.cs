using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Messaging.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

/// <summary>A transport as a test wants it: in no hurry to give up, but quick to repair.</summary>
internal static class Road
{
    /// <summary>Waits a tenth of what ships; gives up late, so that a slow machine fails no test.</summary>
    internal static readonly MqttTransportTimes Times = new()
    {
        Answer = TimeSpan.FromSeconds(2),
        LeastChunkWait = TimeSpan.FromMilliseconds(200),
        LeastRepairWait = TimeSpan.FromMilliseconds(50),
        LongestChunkWait = TimeSpan.FromSeconds(1),
        ReconnectInitial = TimeSpan.FromMilliseconds(50),
    };

    private static int _fleets;

    internal static string NewFleet() => $"fleet-{Interlocked.Increment(ref _fleets)}";

    internal static MqttTransport Open(int port, string fleet, MqttTransportTimes? times = null, string device = "press-7", Action<UpdateOptions>? configure = null)
    {
        var options = new UpdateOptions();
        configure?.Invoke(options);
        return new MqttTransport(new BrokerOptions { Host = "127.0.0.1", Port = port, ReconnectMaxSeconds = 1 }, options, new DeviceIdentity(fleet, device, "boot", "1.0"), TimeProvider.System,
            NullLogger<MqttSession>.Instance, times ?? Times);
    }
}
