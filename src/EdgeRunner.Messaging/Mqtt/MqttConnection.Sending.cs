using System.Text;
using EdgeRunner.Native.Mosquitto;

namespace EdgeRunner.Messaging.Mqtt;

internal sealed partial class MqttConnection
{
    // QoS 0 has no acknowledgement to slow it down: so many may wait for the socket, the rest waits in the bounded queue.
    private const int MaxUnwritten = 256;
    private const int PacketTooLarge = 149;
    private const int TopicNameInvalid = 144;
    private const int RefusalFrom = 128;
    private const int NoMatchingSubscribers = 16; // MQTT 5.0, section 3.4.2.1; counts as success
    private const int StackTopicBytes = 512;

    // In flight: what the library has and was not answered. libmosquitto walks its whole queue for each publish and each PUBACK, so it never
    // gets more than the window.
    private readonly Dictionary<int, PendingPublish> _inflight = [];
    private readonly OutgoingQueue _outgoing;
    private int _window;
    private int _inflightQos1;
    private long _brokerMaxPacketSize = long.MaxValue;

    /// <summary>Queues a publish for the network thread, or fails it. Thread-safe.</summary>
    internal Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, MqttPublishOptions options, CancellationToken cancellationToken)
    {
        var publish = new PendingPublish(topic, payload, options);
        publish.CancelWith(cancellationToken);
        if (_outgoing.Add(publish, _options.WhenQueueFull == MqttQueueFullMode.Wait) is { } reason)
        {
            Interlocked.Increment(ref _counters.Unavailable);
            publish.Fail(new MqttUnavailableException(reason, reason == MqttUnavailableReason.QueueFull
                ? $"{_outgoing.Messages} messages with {_outgoing.Bytes} bytes wait already "
                    + $"(MaxQueuedMessages {_options.MaxQueuedMessages}, MaxQueuedBytes {_options.MaxQueuedBytes})"
                : $"the connection to {_options.Endpoint} just ended"));
            return publish.Task;
        }

        _client?.Wake();
        return publish.Task;
    }

    private void SendPublishes(MosquittoClient client)
    {
        while (_fault is null && _outgoing.TryPeek(out var publish))
        {
            // First in, first out for both qualities: a full window holds back QoS 0 too.
            if (publish.IsQoS0 ? _inflight.Count - _inflightQos1 >= MaxUnwritten : _inflightQos1 >= _window) return;
            _outgoing.RemoveFirst();
            if (publish.Task.IsCompleted || !publish.TryBeginSend())
            {
                _outgoing.Release(publish);
                continue;
            }

            Send(client, publish);
        }
    }

    private void Send(MosquittoClient client, PendingPublish publish)
    {
        if (publish.PacketSize > _brokerMaxPacketSize)
        {
            Refuse(publish, PacketTooLarge,
                $"the packet for {publish.Topic} takes {publish.PacketSize} bytes, the broker accepts {_brokerMaxPacketSize}");
            return;
        }

        int messageId;
        MosquittoError result;
        try
        {
            using var properties = ConnectedClient.PropertiesOf(publish.Options);
            var maxBytes = Encoding.UTF8.GetMaxByteCount(publish.Topic.Length) + 1;
            var topic = maxBytes <= StackTopicBytes ? stackalloc byte[StackTopicBytes] : new byte[maxBytes];
            topic[Encoding.UTF8.GetBytes(publish.Topic, topic)] = 0;
            result = client.Publish(topic[..(topic.IndexOf((byte)0) + 1)], publish.Payload.Span, (int)publish.Options.QualityOfService,
                publish.Options.Retain, properties, out messageId);
        }
        catch (MosquittoException e)
        {
            Refuse(publish, TopicNameInvalid, e.Message);
            return;
        }

        if (result != MosquittoError.Success || !_inflight.TryAdd(messageId, publish))
        {
            SendFailed(publish, result);
            return;
        }

        if (!publish.IsQoS0) _inflightQos1++;
        publish.EndSend(_timeProvider.GetTimestamp());
    }

    private void SendFailed(PendingPublish publish, MosquittoError result)
    {
        switch (result)
        {
            case MosquittoError.OversizePacket or MosquittoError.PayloadSize:
                Refuse(publish, PacketTooLarge, $"the message for {publish.Topic} has {publish.Payload.Length} bytes, too many for the broker");
                break;
            case MosquittoError.InvalidArgument or MosquittoError.MalformedUtf8 or MosquittoError.QosNotSupported or MosquittoError.NotSupported:
                Refuse(publish, TopicNameInvalid, $"{publish.Topic}: {MosquittoLibrary.Describe(result)}");
                break;
            default:
                // Success: the 16-bit message id came round to one that still waits, so that one will never be answered.
                _fault = result == MosquittoError.Success ? ConnectionFaults.NotAcknowledged(_options)
                    : ConnectionFaults.FromLoop(result, established: true, _options, _libraryErrors);
                publish.EndSend(_timeProvider.GetTimestamp());
                Lose(publish, _fault);
                break;
        }
    }

    private void OnAnswered(int messageId, int reasonCode, string? reasonText)
    {
        if (!_inflight.Remove(messageId, out var publish)) return;
        if (!publish.IsQoS0) _inflightQos1--;
        if (reasonCode >= RefusalFrom)
        {
            Refuse(publish, reasonCode, $"the broker did not take the message for {publish.Topic} ({ConnectionFaults.Words(reasonCode, reasonText)})");
            return;
        }

        if (reasonCode == NoMatchingSubscribers && publish.Options.NeedsSubscriber)
        {
            Refuse(publish, reasonCode, $"nobody subscribes to {publish.Topic}");
            return;
        }

        _outgoing.Release(publish);
        if (publish.Complete()) Interlocked.Increment(ref _counters.Acknowledged);
    }

    private void Refuse(PendingPublish publish, int reasonCode, string detail)
    {
        _outgoing.Release(publish);
        if (publish.Fail(new MqttRefusedException(reasonCode, detail))) Interlocked.Increment(ref _counters.Refused);
    }

    private void Lose(PendingPublish publish, MqttConnectionFault fault)
    {
        var reason = fault.Reason == MqttFaultReason.Stopped ? MqttUnavailableReason.Stopped : MqttUnavailableReason.ConnectionLost;
        if (publish.Fail(new MqttUnavailableException(reason, fault.Message))) Interlocked.Increment(ref _counters.Unavailable);
    }

    /// <summary>A broker that does not announce its limit ends the connection at a packet past it, and would do so again at each repeat.
    /// It does not say which packet: the largest one on the way is taken for it.</summary>
    private void RefuseLargestInflight()
    {
        var (id, largest) = _inflight.MaxBy(entry => entry.Value.Payload.Length);
        if (largest is null) return;
        _inflight.Remove(id);
        Refuse(largest, PacketTooLarge, "the broker ended the connection because a packet was too large; "
            + $"the message for {largest.Topic} with {largest.Payload.Length} bytes was the largest on the way");
    }

    private void FailEverything(MqttConnectionFault fault)
    {
        Interlocked.Exchange(ref _closed, 1);
        var unsent = _outgoing.Close();
        foreach (var publish in _inflight.Values) Lose(publish, fault);
        foreach (var publish in unsent) Lose(publish, fault);
        foreach (var request in _requests.Values) request.TrySetResult(null);
        while (_newRequests.TryDequeue(out var request)) request.TrySetResult(null);
        _inflight.Clear();
        _requests.Clear();
    }

    private void SayGoodbye(MosquittoClient client)
    {
        if (!_accepted) return;
        foreach (var unsent in _outgoing.Close()) Lose(unsent, ConnectionFaults.Stopped);
        if (_options.Will is { PublishOnGracefulStop: true } will)
        {
            var options = new MqttPublishOptions { QualityOfService = will.QualityOfService, Retain = will.Retain };
            var publish = new PendingPublish(will.Topic, will.Payload, options);
            publish.TryBeginSend();
            // Nobody awaits it; a failure is what the last will is for.
            _ = publish.Task.ContinueWith(static task => task.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            Send(client, publish);
        }

        RunUntil(client, GoodbyeAcknowledgements, () => _inflight.Count == 0);
        if (client.Disconnect(reasonCode: 0) == MosquittoError.Success) RunUntil(client, GoodbyeWrite, () => !client.HasSocket);
    }

    private void RunUntil(MosquittoClient client, TimeSpan limit, Func<bool> done)
    {
        var start = _timeProvider.GetTimestamp();
        while (!done() && _timeProvider.GetElapsedTime(start) < limit)
        {
            if (FaultAfter(client.RunOnce(timeoutMilliseconds: 20)) is not null) return;
        }
    }
}
