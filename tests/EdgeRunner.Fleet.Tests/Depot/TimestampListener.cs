using System.Collections.Concurrent;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Trust.Metadata;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>Hears the wake-up calls of the fleet, the retained one first.</summary>
internal sealed class TimestampListener : IAsyncDisposable
{
    internal static readonly string Topic = EdgeTopics.TimestampOf(RunningDepot.Fleet);

    private TimestampListener(MqttSession session) => Session = session;

    internal MqttSession Session { get; }

    internal ConcurrentQueue<byte[]> Heard { get; } = new();

    internal IEnumerable<long> Versions => Heard.Select(raw => TimestampMetadata.Read(Envelope.Parse(RoleNames.Timestamp, raw)).Header.Version);

    internal static async Task<TimestampListener> ConnectAsync(int port)
    {
        var listener = new TimestampListener(new MqttSession(new MqttSessionOptions { Port = port, ClientId = $"listener-{Guid.NewGuid():N}" }, TimeProvider.System, NullLogger<MqttSession>.Instance));
        listener.Session.Start();
        await listener.Session.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Waiting.Patience);
        await listener.Session.SubscribeAsync(Topic, MqttQualityOfService.AtLeastOnce, (message, _) =>
        {
            listener.Heard.Enqueue(message.Payload.ToArray());
            return ValueTask.CompletedTask;
        }, CancellationToken.None);
        return listener;
    }

    public ValueTask DisposeAsync() => Session.DisposeAsync();

    internal Task UntilAsync(byte[] timestamp) => Waiting.UntilAsync(() => Heard.LastOrDefault() is { } last && last.AsSpan().SequenceEqual(timestamp), "the newest call is that timestamp");

    internal Task PutAsync(byte[] payload) => Session.PublishAsync(Topic, payload, MqttPublishOptions.Retained, CancellationToken.None);
}
