namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Which received message is dropped, and counted, when the handler is too slow.</summary>
public enum MqttOverflow
{
    /// <summary>The one that waited longest.</summary>
    DropOldest,

    /// <summary>The one that just arrived.</summary>
    DropNewest,
}
