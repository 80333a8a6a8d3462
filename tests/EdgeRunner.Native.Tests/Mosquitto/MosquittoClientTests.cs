using System.Diagnostics;
using System.Text;
using EdgeRunner.Native.Mosquitto;

namespace EdgeRunner.Native.Tests.Mosquitto;

public sealed class MosquittoClientTests
{
    [Fact]
    public void A_message_goes_to_the_broker_and_back_with_its_properties()
    {
        using var broker = MosquittoBroker.Start();
        var events = new RecordedEvents();
        using var client = Connect(broker.Port, events);
        Assert.Equal(MosquittoError.Success, client.Subscribe("t/#", qos: 1, options: 0, out var subscribed));
        Run(client, () => events.Lines.Contains($"subscribed {subscribed} 1"));
        using var properties = new MosquittoPropertyList();
        properties.AddInt32(MosquittoProperty.MessageExpiryInterval, 60);
        properties.AddString(MosquittoProperty.ContentType, "text/plain");
        properties.AddBinary(MosquittoProperty.CorrelationData, [0, 1, 0]);
        properties.AddUserProperty("a", "1");
        properties.AddUserProperty("a", "ü");

        Assert.Equal(MosquittoError.Success, client.Publish("t/ä\0"u8, "hello\0world"u8, qos: 1, retain: false, properties, out var published));
        Run(client, () => events.Lines.Contains($"published {published} 0") && events.Messages.Count > 0);
        Assert.Equal("t/ä|hello\0world|1|False|text/plain|000100|a=1,a=ü", events.Messages.Single());

        Assert.Equal(MosquittoError.Success, client.Unsubscribe("t/#", out var unsubscribed));
        Run(client, () => events.Lines.Contains($"unsubscribed {unsubscribed}"));
        Assert.Equal(MosquittoError.Success, client.Disconnect(reasonCode: 0));
        Run(client, () => !client.HasSocket);
        Assert.Equal(MosquittoError.NoConnection, client.RunOnce(0));
    }

    [Fact]
    public void An_exception_in_a_callback_stays_out_of_C_and_comes_out_of_the_loop()
    {
        using var broker = MosquittoBroker.Start();
        var events = new RecordedEvents { OnConnectedThrows = true };
        using var client = new MosquittoClient("throws", cleanStart: true, events);
        client.Connect("127.0.0.1", broker.Port, 30, properties: null);
        var error = Assert.Throws<InvalidOperationException>(() => Run(client, () => false));
        Assert.Equal("from the callback", error.Message);
        Assert.Contains(nameof(IMosquittoEvents.OnConnected), error.StackTrace!, StringComparison.Ordinal);
        Assert.Equal(MosquittoError.Success, client.RunOnce(0));
    }

    [Fact]
    public void A_refused_connection_has_the_errno_and_the_words_of_the_library()
    {
        using var client = new MosquittoClient("refused", cleanStart: true, new RecordedEvents());
        var refused = Assert.Throws<MosquittoException>(() => client.Connect("127.0.0.1", MosquittoBroker.FreePort(), 30, properties: null));
        Assert.Equal((MosquittoError.Errno, 111), (refused.Error, refused.SystemError));
        var unknown = Assert.Throws<MosquittoException>(() => client.Connect("no-such-host.invalid", 1883, 30, properties: null));
        Assert.Equal(MosquittoError.NameResolution, unknown.Error);
        Assert.Contains("mosquitto_connect_bind_v5", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_the_library_does_not_take_are_errors()
    {
        Assert.Throws<MosquittoException>(() => new MosquittoClient("", cleanStart: true, new RecordedEvents()));
        using var client = new MosquittoClient("arguments", cleanStart: true, new RecordedEvents());
        Assert.Throws<MosquittoException>(() => client.SetTls(new("/no/such/ca.pem", CertificateFile: null, KeyFile: null, SkipHostNameCheck: false)));
        Assert.Throws<MosquittoException>(() => client.SetWill("a/#", [], qos: 1, retain: true, properties: null));
        Assert.Throws<MosquittoException>(() => client.Connect("127.0.0.1", 1883, keepAliveSeconds: 1, properties: null));
        Assert.Throws<ArgumentException>(() => client.Publish("no zero"u8, [], qos: 0, retain: false, properties: null, out _));
        Assert.Equal(MosquittoError.NoConnection, client.RunOnce(0));
        Assert.Equal(MosquittoError.NoConnection, client.Subscribe("a", 1, 0, out _));
        using var properties = new MosquittoPropertyList();
        Assert.Throws<MosquittoException>(() => properties.AddByte(MosquittoProperty.ContentType, 1));
        Assert.Throws<MosquittoException>(() => properties.AddBinary(MosquittoProperty.CorrelationData, new byte[65_536]));
    }

    [Fact]
    public void Wake_ends_the_wait_and_is_harmless_after_dispose()
    {
        using var broker = MosquittoBroker.Start();
        var events = new RecordedEvents();
        using var client = Connect(broker.Port, events);
        client.RunOnce(0);
        var waker = new Thread(() =>
        {
            Thread.Sleep(50);
            client.Wake();
            client.Wake();
        });
        waker.Start();
        var watch = Stopwatch.StartNew();
        Assert.Equal(MosquittoError.Success, client.RunOnce(20_000));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10));
        waker.Join();
        client.Dispose();
        client.Wake();
    }

    [Fact]
    public void A_connection_works_when_the_process_has_more_than_1024_descriptors()
    {
        using var broker = MosquittoBroker.Start();
        var fillers = new List<FileStream>();
        try
        {
            for (var i = 0; i < 1100; i++) fillers.Add(File.OpenRead("/dev/null"));
            var events = new RecordedEvents();
            using var client = Connect(broker.Port, events);
            client.Publish("t\0"u8, [], qos: 1, retain: false, properties: null, out var id);
            Run(client, () => events.Lines.Any(line => line.StartsWith($"published {id} ", StringComparison.Ordinal)));
        }
        finally
        {
            fillers.ForEach(filler => filler.Dispose());
        }
    }

    private static MosquittoClient Connect(int port, RecordedEvents events)
    {
        var client = new MosquittoClient($"native-{Guid.NewGuid():N}", cleanStart: true, events);
        client.Connect("127.0.0.1", port, 30, properties: null);
        Run(client, () => events.Lines.Contains("connected 0 False"));
        return client;
    }

    private static void Run(MosquittoClient client, Func<bool> done)
    {
        var watch = Stopwatch.StartNew();
        while (!done())
        {
            var result = client.RunOnce(50);
            if (result != MosquittoError.Success && !done()) Assert.Fail($"the loop ended with {result}");
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), "did not happen within 15 s");
        }
    }

    private sealed class RecordedEvents : IMosquittoEvents
    {
        public bool OnConnectedThrows { get; init; }

        public List<string> Lines { get; } = [];

        public List<string> Messages { get; } = [];

        void IMosquittoEvents.OnConnected(int reasonCode, bool sessionPresent, MosquittoPropertyReader properties)
        {
            if (OnConnectedThrows) throw new InvalidOperationException("from the callback");
            Lines.Add($"connected {reasonCode} {sessionPresent}");
        }

        void IMosquittoEvents.OnDisconnected(int code) => Lines.Add($"disconnected {code}");

        void IMosquittoEvents.OnPublished(int messageId, int reasonCode, MosquittoPropertyReader properties) => Lines.Add($"published {messageId} {reasonCode}");

        void IMosquittoEvents.OnMessage(in MosquittoMessage message) => Messages.Add(string.Join('|',
            Encoding.UTF8.GetString(message.Topic), Encoding.UTF8.GetString(message.Payload), message.Qos, message.Retained,
            message.Properties.ReadString(MosquittoProperty.ContentType),
            Convert.ToHexString(message.Properties.ReadBinary(MosquittoProperty.CorrelationData) ?? []),
            string.Join(',', message.Properties.ReadUserProperties().Select(pair => $"{pair.Key}={pair.Value}"))));

        void IMosquittoEvents.OnSubscribed(int messageId, int reasonCode, MosquittoPropertyReader properties) => Lines.Add($"subscribed {messageId} {reasonCode}");

        void IMosquittoEvents.OnUnsubscribed(int messageId) => Lines.Add($"unsubscribed {messageId}");

        void IMosquittoEvents.OnLog(MosquittoLogLevel level, string text) => Lines.Add(text);
    }
}
