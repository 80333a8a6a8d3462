using System.Collections.Concurrent;
using EdgeRunner.Native.Mosquitto;

namespace EdgeRunner.Messaging.Mqtt;

/// <remarks>Called by libmosquitto on the network thread, from inside <see cref="MosquittoClient.RunOnce"/>.</remarks>
internal sealed partial class MqttConnection : IMosquittoEvents
{
    private const int TopicFilterInvalid = 143;

    // Dispose has a second in all: acknowledgements, then the DISCONNECT, then freeing.
    private static readonly TimeSpan GoodbyeAcknowledgements = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan GoodbyeWrite = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<SubscriptionRequest> _newRequests = new();
    private readonly Dictionary<int, SubscriptionRequest> _requests = [];

    void IMosquittoEvents.OnConnected(int reasonCode, bool sessionPresent, MosquittoPropertyReader properties)
    {
        if (reasonCode != 0)
        {
            _fault = ConnectionFaults.FromConnack(reasonCode, properties.ReadString(MosquittoProperty.ReasonString), _options);
            return;
        }

        _window = Math.Min(_options.MaxInflight, properties.ReadInt16(MosquittoProperty.ReceiveMaximum) ?? int.MaxValue);
        _brokerMaxPacketSize = properties.ReadInt32(MosquittoProperty.MaximumPacketSize) ?? long.MaxValue;
        if (properties.ReadByte(MosquittoProperty.RetainAvailable) == 0) Log.RetainNotAvailable(_logger, _options.Endpoint);
        SessionPresent = sessionPresent;
        _accepted = true;
        // Before anybody can publish on this connection: an answer to a first publish finds its subscription in place.
        foreach (var request in _subscriptions.ForNewConnection(sessionPresent)) _newRequests.Enqueue(request);
        _established.TrySetResult(true);
    }

    void IMosquittoEvents.OnDisconnected(int code)
    {
        if (code < RefusalFrom) return; // the loop returns the same error
        if (code == PacketTooLarge) RefuseLargestInflight();
        _fault ??= ConnectionFaults.FromDisconnect(code, _options);
    }

    void IMosquittoEvents.OnPublished(int messageId, int reasonCode, MosquittoPropertyReader properties)
        => OnAnswered(messageId, reasonCode, reasonCode >= RefusalFrom ? properties.ReadString(MosquittoProperty.ReasonString) : null);

    void IMosquittoEvents.OnMessage(in MosquittoMessage message)
    {
        Interlocked.Increment(ref _counters.Received);
        if (!_subscriptions.Deliver(message)) Interlocked.Increment(ref _counters.Unmatched);
    }

    void IMosquittoEvents.OnSubscribed(int messageId, int reasonCode, MosquittoPropertyReader properties)
    {
        if (!_requests.Remove(messageId, out var request)) return;
        if (reasonCode < RefusalFrom)
        {
            if (request.Subscription is { } granted) granted.IsEstablished = true;
            request.TrySetResult(null);
            return;
        }

        Refuse(request, reasonCode, ConnectionFaults.Words(reasonCode, properties.ReadString(MosquittoProperty.ReasonString)));
    }

    void IMosquittoEvents.OnUnsubscribed(int messageId)
    {
        if (!_requests.Remove(messageId, out var request)) return;
        _subscriptions.OnUnsubscribed(request.Filter);
        request.TrySetResult(null);
    }

    void IMosquittoEvents.OnLog(MosquittoLogLevel level, string text)
    {
        if (level == MosquittoLogLevel.Error) _libraryErrors = _libraryErrors is null ? text : $"{_libraryErrors}; {text}";
        else if (level == MosquittoLogLevel.Warning) Log.Library(_logger, text);
    }

    /// <summary>Asks the broker for a subscription, or to end one. Completes as <see cref="SubscriptionRequest"/> says. Thread-safe.</summary>
    internal Task<MqttRefusedException?> RequestAsync(SubscriptionRequest request)
    {
        _newRequests.Enqueue(request);
        _client?.Wake();
        // The thread answers what is queued after it has set this, so one of the two sees the request.
        if (Interlocked.CompareExchange(ref _closed, 0, 0) != 0) request.TrySetResult(null);
        return request.Task;
    }

    private void SendSubscriptions(MosquittoClient client)
    {
        while (_fault is null && _newRequests.TryDequeue(out var request))
        {
            int messageId;
            MosquittoError result;
            if (request.Subscription is { } subscription)
            {
                const int noLocal = 4, retainedIfNew = 0x10; // MQTT_SUB_OPT_NO_LOCAL, MQTT_SUB_OPT_SEND_RETAIN_NEW
                result = client.Subscribe(request.Filter, (int)subscription.Options.QualityOfService,
                    (subscription.Options.NoLocal ? noLocal : 0) | (request.IsAgain ? retainedIfNew : 0), out messageId);
            }
            else
            {
                result = client.Unsubscribe(request.Filter, out messageId);
            }

            if (result == MosquittoError.Success)
            {
                request.SentAt = _timeProvider.GetTimestamp();
                _requests[messageId] = request;
            }
            else if (result is MosquittoError.InvalidArgument or MosquittoError.MalformedUtf8 or MosquittoError.OversizePacket)
            {
                Refuse(request, TopicFilterInvalid, MosquittoLibrary.Describe(result));
            }
            else
            {
                _fault = ConnectionFaults.FromLoop(result, established: true, _options, _libraryErrors);
                request.TrySetResult(null);
            }
        }
    }

    private void Refuse(SubscriptionRequest request, int reasonCode, string words)
    {
        Log.SubscriptionRefused(_logger, request.Filter, words);
        request.TrySetResult(new MqttRefusedException(reasonCode, $"the subscription {request.Filter} ({words})"));
    }
}
