using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Fleet.Devices;

/// <summary>Reads the retained presence and report of every device, and what changes after that. Writes nothing.</summary>
internal sealed class FleetConnection : IAsyncDisposable
{
    /// <summary>How long nothing may come before all retained messages count as here, for brokers that send them beside the answer to a subscription.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly MqttSession _session;
    private readonly TimeProvider _timeProvider;
    private int _handled;

    private FleetConnection(MqttSessionOptions options, TimeProvider timeProvider) => (_session, _timeProvider) = (new MqttSession(options with
    {
        // Retained messages of a whole fleet come at once, and Mosquitto drops what exceeds its queue for a client (measured: 220 of 3000 with the shipped limits).
        ReceiveMaximum = ushort.MaxValue,
    }, timeProvider, NullLogger<MqttSession>.Instance), timeProvider);

    internal DeviceTable Devices { get; } = new();

    /// <summary>Why there is no connection now; null when there is one.</summary>
    internal string? Fault => _session.IsConnected ? null : _session.LastFault?.Message ?? "connecting";

    /// <summary>Connects, and returns when all retained messages are here.</summary>
    /// <exception cref="BrokerException">The first attempt fails.</exception>
    internal static async Task<FleetConnection> OpenAsync(MqttSessionOptions options, string fleet, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var connection = new FleetConnection(options, timeProvider);
        try
        {
            await connection.ConnectAsync(cancellationToken).ConfigureAwait(false);
            await connection.SubscribeAsync(fleet, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var outcome = new TaskCompletionSource<MqttConnectionFault?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _session.ConnectionChanged += (_, change) =>
        {
            if (change.State is MqttSessionState.Connected or MqttSessionState.Waiting)
            {
                outcome.TrySetResult(change.State is MqttSessionState.Connected ? null : change.Fault);
            }
        };
        _session.Start();
        if (await outcome.Task.WaitAsync(cancellationToken).ConfigureAwait(false) is { } fault)
        {
            throw new BrokerException(fault.Message);
        }
    }

    private async Task SubscribeAsync(string fleet, CancellationToken cancellationToken)
    {
        var options = new MqttSubscribeOptions { QueueCapacity = 2 * DeviceTable.MaxDevices, QueueCapacityBytes = 1L << 30 };
        var presence = await _session.SubscribeAsync(EdgeTopics.AllDevices(fleet, "presence"), options, TakeAsync, cancellationToken).ConfigureAwait(false);
        var report = await _session.SubscribeAsync(EdgeTopics.AllDevices(fleet, "report"), options, TakeAsync, cancellationToken).ConfigureAwait(false);
        // Mosquitto sends what is retained before it answers the next request. The topic is any other that we may read.
        var last = await _session.SubscribeAsync(EdgeTopics.TimestampOf(fleet), MqttQualityOfService.AtMostOnce, static (_, _) => ValueTask.CompletedTask, cancellationToken).ConfigureAwait(false);
        await last.DisposeAsync().ConfigureAwait(false);
        var start = _timeProvider.GetTimestamp();
        long before;
        do
        {
            before = presence.Received + report.Received;
            await Task.Delay(Silence, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        while ((presence.Received + report.Received != before || Volatile.Read(ref _handled) < before) && _timeProvider.GetElapsedTime(start) < Patience);
    }

    private ValueTask TakeAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        Devices.Offer(message.Topic, message.Payload.Span);
        Interlocked.Increment(ref _handled);
        return ValueTask.CompletedTask;
    }
}
