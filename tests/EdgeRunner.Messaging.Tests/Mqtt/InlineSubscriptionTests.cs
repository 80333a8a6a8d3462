using System.Text;
using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class InlineSubscriptionTests
{
    [Fact]
    public async Task It_reads_messages_in_order_beside_other_subscriptions_goes_on_after_a_failure_and_comes_back_after_a_restart()
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        var read = new List<string>();
        await using var inline = await harness.Session.SubscribeInlineAsync("a/+", MqttQualityOfService.AtMostOnce, (topic, payload) =>
        {
            lock (read) read.Add($"{topic}={Encoding.UTF8.GetString(payload)}");
            if (payload[0] == '1') throw new InvalidOperationException("first");
        }, CancellationToken.None);
        await harness.CollectAsync("a/+"); // the same filter: of overlapping ones each brings the message

        for (var i = 1; i <= 5; i++) await harness.Session.PublishAsync($"a/{i}", Encoding.UTF8.GetBytes($"{i}"), MqttPublishOptions.AtLeastOnce, CancellationToken.None);
        await SessionHarness.EventuallyAsync(() => { lock (read) return read.Count >= 5; }, "five messages");
        lock (read) Assert.Equal(["a/1=1", "a/2=2", "a/3=3", "a/4=4", "a/5=5"], read);
        await SessionHarness.EventuallyAsync(() => harness.Received.Count >= 5, "the other subscription");
        Assert.Equal(1, harness.Session.Statistics.HandlerFailures);
        Assert.Equal(5, inline.Received);

        broker.Restart();
        await harness.ConnectionsAsync(2);
        await harness.Session.PublishAsync("a/6", "6"u8.ToArray(), MqttPublishOptions.AtLeastOnce, CancellationToken.None);
        await SessionHarness.EventuallyAsync(() => { lock (read) return read.Count >= 6; }, "one more");

        await inline.DisposeAsync();
        await harness.Session.PublishAsync("a/7", "7"u8.ToArray(), MqttPublishOptions.AtLeastOnce, CancellationToken.None);
        await SessionHarness.EventuallyAsync(() => harness.ReceivedTexts.Contains("7", StringComparer.Ordinal), "the other subscription");
        lock (read) Assert.Equal(6, read.Count);
    }

    [Fact]
    public async Task A_message_that_needs_a_subscriber_and_has_none_is_refused_with_reason_code_16()
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        var options = new MqttPublishOptions { NeedsSubscriber = true };
        var error = await Assert.ThrowsAsync<MqttRefusedException>(() => harness.Session.PublishAsync("nobody", "x"u8.ToArray(), options, CancellationToken.None));
        Assert.Equal(16, error.ReasonCode);
        Assert.Contains("nobody subscribes to nobody", error.Message, StringComparison.Ordinal);
        await harness.Session.PublishAsync("nobody", "x"u8.ToArray(), MqttPublishOptions.AtLeastOnce, CancellationToken.None);
        await harness.CollectAsync("somebody");
        await harness.Session.PublishAsync("somebody", "x"u8.ToArray(), options, CancellationToken.None);
    }
}
