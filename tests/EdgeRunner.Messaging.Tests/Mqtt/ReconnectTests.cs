using System.Diagnostics;
using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class ReconnectTests
{
    [Fact]
    public async Task A_broker_absent_at_start_is_found_when_it_comes_and_earlier_subscriptions_are_made()
    {
        using var broker = MosquittoBroker.Prepare();
        await using var harness = new SessionHarness(broker.Port);
        harness.Session.Start();
        var subscription = await harness.CollectAsync("a");
        Assert.False(subscription.IsEstablished);
        var fault = await harness.FaultAsync();
        Assert.Equal(MqttFaultReason.ConnectionRefused, fault.Reason);
        Assert.Contains($"No broker answers at 127.0.0.1:{broker.Port}", fault.Message, StringComparison.Ordinal);
        await SessionHarness.EventuallyAsync(() => harness.Session.Statistics.FailedAttempts >= 3, "three attempts");

        broker.Restart();
        await harness.ConnectedAsync();
        // The journal of a device whose broker is away says so once, not at each attempt.
        Assert.Single(harness.LogLines, line => line.StartsWith("2001 Warning", StringComparison.Ordinal) && line.Contains(fault.Message, StringComparison.Ordinal));
        await harness.PublishAsync("a", "hello");
        await SessionHarness.EventuallyAsync(() => harness.ReceivedTexts is ["hello"], "the message");
        Assert.True(subscription.IsEstablished);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_restart_of_the_broker_subscriptions_work_again(bool persistence)
    {
        using var broker = MosquittoBroker.Start(new() { Persistence = persistence });
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        await harness.CollectAsync("kept/#");
        var disposed = await harness.CollectAsync("gone/#");
        broker.Stop();
        await SessionHarness.EventuallyAsync(() => !harness.Session.IsConnected, "the loss");
        await disposed.DisposeAsync();
        await harness.CollectAsync("new/#");

        broker.Restart();
        await harness.ConnectionsAsync(2);
        Assert.Equal(persistence, harness.Changes.Last(change => change.State == MqttSessionState.Connected).SessionPresent);
        foreach (var topic in (string[])["kept/1", "gone/1", "new/1"]) await harness.PublishAsync(topic, topic);
        await SessionHarness.EventuallyAsync(() => harness.Received.Count >= 2, "messages of both subscriptions");
        await Task.Delay(100);
        Assert.Equal(["kept/1", "new/1"], harness.ReceivedTexts.Order());
        Assert.Equal(0, harness.Session.Statistics.Unmatched);
    }

    [Fact]
    public async Task Subscription_that_another_client_of_our_id_has_ended_is_made_again_and_retained_messages_do_not_come_twice()
    {
        using var broker = MosquittoBroker.Start();
        using var proxy = new TcpProxy(broker.Port);
        await using var sender = await SessionHarness.ConnectAsync(broker.Port);
        await sender.PublishAsync("kept", "retained", MqttPublishOptions.Retained);
        await using var harness = await SessionHarness.ConnectAsync(proxy.Port, options => options with { ClientId = "one" });
        await harness.CollectAsync("kept");
        await harness.CollectAsync("a");
        await SessionHarness.EventuallyAsync(() => harness.ReceivedTexts is ["retained"], "the retained message");

        // Nothing of the session gets through meanwhile: its next CONNECT would throw the other client out before that has ended anything.
        proxy.Blackhole = true;
        proxy.Cut();
        await using (var other = await SessionHarness.ConnectAsync(broker.Port, options => options with { ClientId = "one" }))
        {
            await other.Session.UnsubscribeAsync(await other.CollectAsync("a"), CancellationToken.None).WaitAsync(SessionHarness.Patience);
            Assert.True(other.Session is { IsConnected: true, Statistics.Connections: 1 }, "the broker has not acknowledged it");
        }
        await sender.PublishAsync("a", "while nobody asks for it"); // the broker would keep it for a subscription that is still there
        proxy.Blackhole = false;
        proxy.Cut();

        await harness.ConnectionsAsync(2);
        Assert.True(harness.Changes.Last(change => change.State == MqttSessionState.Connected).SessionPresent);
        // Subscriptions are asked for before anything else is sent, so what comes back over this one shows that all are made.
        await harness.PublishAsync("a", "over the session itself");
        await SessionHarness.EventuallyAsync(() => harness.ReceivedTexts.Contains("over the session itself"), "the message");
        Assert.Equal(["retained", "over the session itself"], harness.ReceivedTexts);
    }

    [Fact]
    public async Task A_stalled_broker_times_the_publish_out_and_the_session_recovers_when_it_runs_again()
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port, options => options with
        {
            PublishTimeout = TimeSpan.FromMilliseconds(500),
            ConnectTimeout = TimeSpan.FromMilliseconds(500),
        });
        await harness.CollectAsync("a");
        broker.Pause();
        var publishes = Enumerable.Range(0, 50).Select(i => harness.PublishAsync("a", $"lost {i}")).ToArray();
        foreach (var publish in publishes)
        {
            var lost = await Assert.ThrowsAsync<MqttUnavailableException>(() => publish.WaitAsync(SessionHarness.Patience));
            Assert.Equal(MqttUnavailableReason.ConnectionLost, lost.Reason);
        }

        Assert.Equal(MqttFaultReason.NotAcknowledged, (await harness.FaultAsync()).Reason);
        await SessionHarness.EventuallyAsync(() => harness.Session.LastFault!.Reason == MqttFaultReason.TimedOut, "an attempt that times out");
        Assert.StartsWith($"No answer from 127.0.0.1:{broker.Port} within 0.5 s.", harness.Session.LastFault!.Message, StringComparison.Ordinal);
        await SessionHarness.EventuallyAsync(() => harness.LogLines.Any(line => line.Contains("Next attempt in 0", StringComparison.Ordinal)), "the pause in the log");
        Assert.All(harness.LogLines.Where(line => line.Contains("Next attempt", StringComparison.Ordinal)), line => Assert.Matches(@"Next attempt in [0-9]+(\.[0-9])? s *$", line));
        broker.Resume();
        await harness.ConnectionsAsync(2);
        await harness.PublishAsync("a", "after").WaitAsync(SessionHarness.Patience);
        await SessionHarness.EventuallyAsync(() => harness.ReceivedTexts.Contains("after"), "the message after the stall");
    }

    [Fact]
    public async Task A_link_that_swallows_everything_is_given_up_and_made_anew()
    {
        using var broker = MosquittoBroker.Start();
        using var proxy = new TcpProxy(broker.Port);
        await using var harness = await SessionHarness.ConnectAsync(proxy.Port, options => options with
        {
            PublishTimeout = TimeSpan.FromMilliseconds(300),
            ConnectTimeout = TimeSpan.FromMilliseconds(300),
        });
        proxy.Blackhole = true;
        await Assert.ThrowsAsync<MqttUnavailableException>(() => harness.PublishAsync("a", "1").WaitAsync(SessionHarness.Patience));
        proxy.Blackhole = false;
        await harness.ConnectionsAsync(2);
        await harness.PublishAsync("a", "2").WaitAsync(SessionHarness.Patience);
    }

    [Fact]
    public async Task Every_acknowledged_message_of_ten_thousand_arrives_though_the_link_is_cut_at_random()
    {
        const int messages = 10_000;
        const int senders = 40;
        using var broker = MosquittoBroker.Start();
        using var proxy = new TcpProxy(broker.Port);
        await using var receiver = await SessionHarness.ConnectAsync(broker.Port);
        var seen = new int[messages];
        await receiver.Session.SubscribeAsync("cut", new MqttSubscribeOptions { QueueCapacity = 100_000, QueueCapacityBytes = 1 << 28 }, (message, _) =>
        {
            Interlocked.Increment(ref seen[BitConverter.ToInt32(message.Payload.Span)]);
            return ValueTask.CompletedTask;
        }, CancellationToken.None);

        await using var sender = await SessionHarness.ConnectAsync(proxy.Port, options => options with
        {
            ReconnectInitialDelay = TimeSpan.FromMilliseconds(10),
            ReconnectMaxDelay = TimeSpan.FromMilliseconds(20),
        });
        // By bytes, so that cuts fall inside packets and on either side of an acknowledgement; about 2.5 MB pass in all.
        var random = new Random(20260101);
        var cuts = 0;
        proxy.CutEvery(() => ++cuts <= 60 ? random.Next(200, 60_000) : long.MaxValue);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, senders).Select(_ => Task.Run(async () =>
        {
            for (var number = Interlocked.Increment(ref next); number < messages; number = Interlocked.Increment(ref next)) await SendUntilAcknowledgedAsync(sender, number);
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        await SessionHarness.EventuallyAsync(() => seen.All(count => count > 0), "every acknowledged message");
        Assert.True(sender.Session.Statistics.Connections > 20, $"only {sender.Session.Statistics.Connections} connections: the link was not cut");
        Assert.Equal(messages, sender.Session.Statistics.Acknowledged);
        Assert.Equal(0, receiver.Session.Statistics.Dropped);
    }

    [Fact]
    public async Task The_life_of_a_session_is_told_in_order()
    {
        using var broker = MosquittoBroker.Start();
        var harness = await SessionHarness.ConnectAsync(broker.Port);
        broker.Kill();
        await SessionHarness.EventuallyAsync(() => harness.Session.State == MqttSessionState.Waiting, "waiting");
        broker.Restart();
        await harness.ConnectionsAsync(2);
        await harness.DisposeAsync();
        MqttSessionState[] states = [.. harness.Changes.Select(change => change.State)];
        Assert.Equal([MqttSessionState.Connecting, MqttSessionState.Connected, MqttSessionState.Waiting, MqttSessionState.Connecting], states[..4]);
        Assert.Equal([MqttSessionState.Connected, MqttSessionState.Stopped], states[^2..]);
        Assert.Contains(harness.LogLines, line => line.StartsWith("2001 Warning", StringComparison.Ordinal));
    }

    private static async Task SendUntilAcknowledgedAsync(SessionHarness sender, int number)
    {
        var payload = new byte[200];
        BitConverter.TryWriteBytes(payload, number);
        while (true)
        {
            try
            {
                await sender.Session.PublishAsync("cut", payload, MqttPublishOptions.AtLeastOnce, CancellationToken.None);
                return;
            }
            catch (MqttUnavailableException)
            {
                await sender.Session.WaitUntilConnectedAsync(CancellationToken.None);
                await Task.Yield();
            }
        }
    }
}
