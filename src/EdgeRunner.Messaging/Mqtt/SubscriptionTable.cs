using System.Text;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Native.Mosquitto;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>What the application wants to receive, whatever the connection does. Thread-safe; messages are matched without a lock.</summary>
internal sealed class SubscriptionTable
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _abandoned = new(StringComparer.Ordinal);
    private MqttSubscription[] _all = [];

    internal MqttSubscription[] All => Volatile.Read(ref _all);

    internal void Add(MqttSubscription subscription)
    {
        lock (_gate)
        {
            _abandoned.Remove(subscription.Filter);
            Volatile.Write(ref _all, [.. _all, subscription]);
        }
    }

    /// <summary>Removes a subscription.</summary>
    /// <returns>True when the broker should forget the filter, because no other subscription has it.</returns>
    internal bool Remove(MqttSubscription subscription)
    {
        lock (_gate)
        {
            Volatile.Write(ref _all, [.. _all.Where(other => other != subscription)]);
            if (_all.Any(other => string.Equals(other.Filter, subscription.Filter, StringComparison.Ordinal))) return false;
            _abandoned.Add(subscription.Filter);
            return true;
        }
    }

    /// <summary>The broker has forgotten the filter.</summary>
    internal void OnUnsubscribed(string filter)
    {
        lock (_gate) _abandoned.Remove(filter);
    }

    /// <summary>What a new connection must ask for: everything. Also of a session that survived: another client that came with our id, and ended its subscriptions when it
    /// went, has ended ours.</summary>
    internal List<SubscriptionRequest> ForNewConnection(bool sessionPresent)
    {
        lock (_gate)
        {
            if (!sessionPresent)
            {
                _abandoned.Clear();
                foreach (var subscription in _all) subscription.IsEstablished = false;
            }

            var requests = _abandoned.Select(filter => new SubscriptionRequest(filter, subscription: null)).ToList();
            requests.AddRange(_all.Select(subscription => new SubscriptionRequest(subscription.Filter, subscription) { IsAgain = subscription.IsEstablished }));
            return requests;
        }
    }

    /// <summary>Hands a message to every subscription that asks for it. Only one that keeps messages has it copied.</summary>
    /// <returns>False when there is none.</returns>
    internal bool Deliver(in MosquittoMessage message)
    {
        var topic = Encoding.UTF8.GetString(message.Topic);
        MqttMessage? copy = null;
        var matched = false;
        foreach (var subscription in All)
        {
            if (!TopicFilter.Matches(subscription.Filter, topic)) continue;
            matched = true;
            if (subscription.IsInline) subscription.Read(topic, message.Payload);
            else subscription.Offer(copy ??= Copy(topic, message));
        }

        return matched;
    }

    private static MqttMessage Copy(string topic, in MosquittoMessage message)
    {
        var received = new MqttMessage(topic, message.Payload.ToArray(), message.Qos == 0 ? MqttQualityOfService.AtMostOnce : MqttQualityOfService.AtLeastOnce, message.Retained);
        return message.Properties.IsEmpty ? received : received with
        {
            ResponseTopic = message.Properties.ReadString(MosquittoProperty.ResponseTopic),
            CorrelationData = message.Properties.ReadBinary(MosquittoProperty.CorrelationData) is { } data ? data.AsMemory() : null,
            ContentType = message.Properties.ReadString(MosquittoProperty.ContentType),
            UserProperties = message.Properties.ReadUserProperties(),
        };
    }
}
