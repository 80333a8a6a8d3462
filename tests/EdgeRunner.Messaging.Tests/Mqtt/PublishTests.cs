using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class PublishTests
{
    [Fact]
    public async Task A_publish_completes_only_after_the_acknowledgement()
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        broker.Pause();
        var publish = harness.PublishAsync("a", "1");
        await Task.Delay(300);
        Assert.False(publish.IsCompleted);
        broker.Resume();
        await publish.WaitAsync(SessionHarness.Patience);
        Assert.Equal(1, harness.Session.Statistics.Acknowledged);
    }

    [Fact]
    public async Task Both_qualities_arrive_in_order_with_all_properties()
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        await harness.CollectAsync("a/+");
        var options = new MqttPublishOptions
        {
            ContentType = "application/json",
            ResponseTopic = "answer/here",
            CorrelationData = new byte[] { 1, 0, 2 },
            MessageExpiry = TimeSpan.FromMinutes(1),
            UserProperties = [new("k", "v"), new("k", "ü")],
        };
        await harness.PublishAsync("a/1", "zero", MqttPublishOptions.AtMostOnce);
        await harness.PublishAsync("a/2", "one", options);
        await harness.PublishAsync("a/3", "");
        await SessionHarness.EventuallyAsync(() => harness.Received.Count == 3, "three messages");

        var messages = harness.Received.ToArray();
        Assert.Equal(["zero", "one", ""], harness.ReceivedTexts);
        Assert.Equal(MqttQualityOfService.AtMostOnce, messages[0].QualityOfService);
        Assert.Equal(MqttQualityOfService.AtLeastOnce, messages[1].QualityOfService);
        Assert.Equal(("application/json", "answer/here"), (messages[1].ContentType, messages[1].ResponseTopic));
        Assert.Equal([1, 0, 2], messages[1].CorrelationData!.Value.ToArray());
        Assert.Equal(options.UserProperties, messages[1].UserProperties);
    }

    [Fact]
    public async Task Without_a_connection_a_publish_fails_at_once_with_the_reason()
    {
        await using var harness = new SessionHarness(MosquittoBroker.FreePort());
        var before = await Assert.ThrowsAsync<MqttUnavailableException>(() => harness.PublishAsync("a", "1"));
        Assert.Equal(MqttUnavailableReason.NotConnected, before.Reason);
        harness.Session.Start();
        await harness.FaultAsync();
        var after = await Assert.ThrowsAsync<MqttUnavailableException>(() => harness.PublishAsync("a", "1"));
        Assert.Contains("No broker answers", after.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_the_access_list_denies_is_refused_and_the_connection_stays()
    {
        using var broker = MosquittoBroker.Start(new() { Acl = "topic readwrite allowed/#\n" });
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        var refused = await Assert.ThrowsAsync<MqttRefusedException>(() => harness.PublishAsync("denied", "1"));
        Assert.Equal(135, refused.ReasonCode);
        await harness.PublishAsync("allowed/x", "1");
        Assert.Equal(1, harness.Session.Statistics.Connections);
    }

    [Theory]
    [InlineData(MqttQueueFullMode.Fail)]
    [InlineData(MqttQueueFullMode.Wait)]
    public async Task A_full_queue_fails_or_waits_as_the_options_say(MqttQueueFullMode mode)
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port, options => options with { MaxQueuedMessages = 5, WhenQueueFull = mode });
        broker.Pause();
        var publishes = Enumerable.Range(0, 10).Select(i => harness.PublishAsync("a", $"{i}")).ToArray();
        Assert.Equal(5, harness.Session.Statistics.QueuedMessages);
        broker.Resume();
        foreach (var (publish, i) in publishes.Select((publish, i) => (publish, i)))
        {
            if (mode == MqttQueueFullMode.Wait || i < 5) await publish.WaitAsync(SessionHarness.Patience);
            else Assert.Equal(MqttUnavailableReason.QueueFull, (await Assert.ThrowsAsync<MqttUnavailableException>(() => publish)).Reason);
        }
    }

    [Fact]
    public async Task A_cancelled_publish_gives_its_payload_back_and_its_place_to_others()
    {
        using var broker = MosquittoBroker.Start();
        await using var harness = await SessionHarness.ConnectAsync(broker.Port, options => options with { MaxInflight = 1, MaxQueuedMessages = 2 });
        broker.Pause();
        using var cancel = new CancellationTokenSource();
        var first = harness.PublishAsync("a", "first");
        var queued = harness.Session.PublishAsync("a", new byte[10], MqttPublishOptions.AtLeastOnce, cancel.Token);
        var waiting = harness.Session.PublishAsync("a", new byte[10], MqttPublishOptions.AtLeastOnce, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        broker.Resume();
        await first.WaitAsync(SessionHarness.Patience);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => harness.PublishAsync("a", $"{i}"))).WaitAsync(SessionHarness.Patience);
        Assert.Equal((0, 0L), (harness.Session.Statistics.QueuedMessages, harness.Session.Statistics.QueuedBytes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_larger_than_the_broker_takes_is_refused_and_the_next_one_arrives(bool exactlyOneByteTooLarge)
    {
        using var broker = MosquittoBroker.Start(new() { ConfigurationLines = ["max_packet_size 1000"] });
        await using var harness = await SessionHarness.ConnectAsync(broker.Port);
        await harness.CollectAsync("big");
        // header 1, length 2, topic 2+3, id 2, property length 1
        const int largest = 1000 - 11;
        var tooLarge = exactlyOneByteTooLarge ? largest + 1 : 5000;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var refused = await Assert.ThrowsAsync<MqttRefusedException>(() => harness.PublishAsync("big", new string('x', tooLarge)));
            Assert.Equal(149, refused.ReasonCode);
        }

        await harness.PublishAsync("big", new string('x', largest)).WaitAsync(SessionHarness.Patience);
        await SessionHarness.EventuallyAsync(() => !harness.Received.IsEmpty, "the largest message");
        Assert.Equal(1, harness.Session.Statistics.Connections);
    }

    [Fact]
    public async Task Closing_takes_less_than_a_second_while_the_broker_is_stalled_and_fails_what_is_on_the_way()
    {
        using var broker = MosquittoBroker.Start();
        var harness = await SessionHarness.ConnectAsync(broker.Port);
        broker.Pause();
        var publish = harness.PublishAsync("a", "1");
        var watch = Stopwatch.StartNew();
        await harness.DisposeAsync();
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2)); // a second, and the scheduling of a busy machine
        var lost = await Assert.ThrowsAsync<MqttUnavailableException>(() => publish.WaitAsync(SessionHarness.Patience));
        Assert.Equal(MqttUnavailableReason.Stopped, lost.Reason);
        Assert.Equal(MqttSessionState.Stopped, harness.Session.State);
        broker.Resume();
    }

    [Fact]
    public async Task Closing_a_session_that_hangs_in_connect_takes_less_than_a_second()
    {
        // Nobody accepts, and the backlog is full: SYNs are dropped, as behind a firewall.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        using var filler = new TcpClient();
        await filler.ConnectAsync(IPAddress.Loopback, port);

        var harness = new SessionHarness(port, options => options with { ConnectTimeout = TimeSpan.FromSeconds(1) });
        harness.Session.Start();
        await Task.Delay(200);
        var watch = Stopwatch.StartNew();
        await harness.DisposeAsync();
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }
}
