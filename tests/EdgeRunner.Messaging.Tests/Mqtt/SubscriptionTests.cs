using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class SubscriptionTests
{
    [Theory]
    [InlineData(MqttOverflow.DropOldest)]
    [InlineData(MqttOverflow.DropNewest)]
    public async Task A_handler_that_hangs_loses_counted_messages_and_holds_nobody_else_up(MqttOverflow overflow)
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        var release = new TaskCompletionSource();
        var handled = new List<byte>();
        await using var slow = await harness.Session.SubscribeAsync("a", new MqttSubscribeOptions { QueueCapacity = 3, WhenFull = overflow }, async (message, _) =>
        {
            await release.Task;
            lock (handled) handled.Add(message.Payload.Span[0]);
        }, CancellationToken.None);
        await harness.CollectAsync("a");

        for (byte i = 0; i < 10; i++) await harness.Session.PublishAsync("a", new[] { i }, MqttPublishOptions.AtLeastOnce, CancellationToken.None);
        await SessionHarness.EventuallyAsync(() => harness.Received.Count >= 10, "the other subscription");
        release.SetResult();
        await SessionHarness.EventuallyAsync(() => { lock (handled) return handled.Count + slow.Dropped >= slow.Received; }, "the rest");
        Assert.True(slow.Dropped >= 6, $"{slow.Dropped} dropped");
        Assert.Equal(slow.Dropped, harness.Session.Statistics.Dropped);
        lock (handled) Assert.Equal(overflow == MqttOverflow.DropOldest, handled[^1] == 9);
        Assert.Single(harness.LogLines, line => line.StartsWith("2008", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_handler_that_throws_is_counted_and_gets_the_next_message()
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        var calls = 0;
        await using var subscription = await harness.Session.SubscribeAsync("a", MqttQualityOfService.AtLeastOnce, (_, _) =>
            Interlocked.Increment(ref calls) == 1 ? throw new InvalidOperationException("first") : ValueTask.CompletedTask, CancellationToken.None);
        await harness.PublishAsync("a", "1");
        await harness.PublishAsync("a", "2");
        await SessionHarness.EventuallyAsync(() => Volatile.Read(ref calls) == 2, "two calls");
        Assert.Equal(1, harness.Session.Statistics.HandlerFailures);
    }

    [Fact]
    public async Task Disposing_one_of_two_subscriptions_to_the_same_filter_leaves_the_other()
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        var first = await harness.CollectAsync("a");
        var second = await harness.CollectAsync("a");
        await first.DisposeAsync();
        await harness.PublishAsync("a", "1");
        await SessionHarness.EventuallyAsync(() => second.Received > 0, "the message");
        await second.DisposeAsync();
        await Task.Delay(100);
        await harness.PublishAsync("a", "2");
        await Task.Delay(100);
        Assert.DoesNotContain("2", harness.ReceivedTexts);
        Assert.Equal(0, harness.Session.Statistics.Unmatched);
    }

    [Fact]
    public async Task A_refused_subscription_says_so()
    {
        // mosquitto refuses shared subscriptions of another version of the protocol only; a filter too long for its packet limit is ours to refuse.
        using var broker = MosquittoBroker.Start(new() { ConfigurationLines = ["max_packet_size 200"] });
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        await Assert.ThrowsAsync<MqttRefusedException>(() => harness.CollectAsync(new string('a', 300)));
        await Assert.ThrowsAsync<ArgumentException>(() => harness.CollectAsync("a/#/b"));
        await harness.PublishAsync("a", "still here");
    }

    [Fact]
    public async Task A_handler_may_publish_subscribe_and_dispose()
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        MqttSubscription? ask = null;
        ask = await harness.Session.SubscribeAsync("ask", MqttQualityOfService.AtLeastOnce, async (_, _) =>
        {
            await harness.CollectAsync("answer");
            await harness.PublishAsync("answer", "42");
            await ask!.DisposeAsync();
        }, CancellationToken.None);
        await harness.PublishAsync("ask", "?");
        await SessionHarness.EventuallyAsync(() => harness.ReceivedTexts is ["42"], "the answer");
    }
}
