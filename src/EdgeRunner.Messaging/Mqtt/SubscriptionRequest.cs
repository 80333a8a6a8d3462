namespace EdgeRunner.Messaging.Mqtt;

/// <summary>A SUBSCRIBE or UNSUBSCRIBE on its way. Completes with null when granted or lost (it is repeated after reconnecting),
/// with the refusal otherwise.</summary>
internal sealed class SubscriptionRequest(string filter, MqttSubscription? subscription)
    : TaskCompletionSource<MqttRefusedException?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    internal string Filter { get; } = filter;

    /// <summary>Null: unsubscribe.</summary>
    internal MqttSubscription? Subscription { get; } = subscription;

    /// <summary>The session should have it already: retained messages come only if it has not.</summary>
    internal bool IsAgain { get; init; }

    internal long SentAt { get; set; }
}
