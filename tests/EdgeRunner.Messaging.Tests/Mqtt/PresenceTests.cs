using System.Text;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class PresenceTests
{
    private static readonly EdgeTopics Topics = new("demo", "d1");

    [Fact]
    public async Task The_last_will_appears_when_the_link_is_cut_and_the_birth_replaces_it_after_the_reconnect()
    {
        using var broker = MosquittoBroker.Start();
        using var proxy = new TcpProxy(broker.Port);
        await using var watcher = await SessionHarness.ConnectAsync(broker.Port);
        await watcher.CollectAsync(Topics.Presence);
        await using var device = await SessionHarness.ConnectAsync(proxy.Port, WithWill);
        await device.PublishAsync(Topics.Presence, "online 1", MqttPublishOptions.Retained);
        proxy.Blackhole = true; // no reconnect before the will was seen
        proxy.Cut();
        await SessionHarness.EventuallyAsync(() => watcher.ReceivedTexts is ["online 1", "offline"], "the last will");
        proxy.Blackhole = false;
        proxy.Cut();
        await device.ConnectionsAsync(2);
        await device.PublishAsync(Topics.Presence, "online 2", MqttPublishOptions.Retained);

        await using var late = await SessionHarness.ConnectAsync(broker.Port);
        await late.CollectAsync(EdgeTopics.AllDevices("demo", "presence"));
        await SessionHarness.EventuallyAsync(() => late.ReceivedTexts is ["online 2"], "the retained birth");
        Assert.True(late.Received.Single().Retained);
    }

    [Fact]
    public async Task A_graceful_stop_publishes_the_offline_message_once_and_retained()
    {
        using var broker = MosquittoBroker.Start();
        await using var watcher = await SessionHarness.ConnectAsync(broker.Port);
        await watcher.CollectAsync(Topics.Presence);
        var device = await SessionHarness.ConnectAsync(broker.Port, WithWill);
        await device.PublishAsync(Topics.Presence, "online", MqttPublishOptions.Retained);
        await device.DisposeAsync();
        await SessionHarness.EventuallyAsync(() => watcher.Received.Count == 2, "the offline message");
        await Task.Delay(200);
        Assert.Equal(["online", "offline"], watcher.ReceivedTexts);
    }

    [Fact]
    public async Task A_session_whose_client_id_is_taken_by_another_device_gets_a_hint()
    {
        using var broker = MosquittoBroker.Start();
        await using var first = await SessionHarness.ConnectAsync(broker.Port, options => options with { ClientId = "twin" });
        await using var second = await SessionHarness.ConnectAsync(broker.Port, options => options with
        {
            ClientId = "twin",
            ReconnectMaxDelay = TimeSpan.FromSeconds(30),
            ReconnectInitialDelay = TimeSpan.FromSeconds(30),
        });
        var fault = await first.FaultAsync();
        // mosquitto 2.0.11 closes the old connection without a DISCONNECT; later ones say "session taken over".
        Assert.Contains(fault.Reason, (MqttFaultReason[])[MqttFaultReason.Lost, MqttFaultReason.ClosedByBroker]);
        Assert.Contains("client id 'twin'", fault.Message, StringComparison.Ordinal);
    }

    private static MqttSessionOptions WithWill(MqttSessionOptions options) => options with
    {
        Will = new() { Topic = Topics.Presence, Payload = Encoding.UTF8.GetBytes("offline") },
    };
}
