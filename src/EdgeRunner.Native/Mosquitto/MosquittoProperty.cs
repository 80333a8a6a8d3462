namespace EdgeRunner.Native.Mosquitto;

/// <summary>MQTT 5 property identifiers (MQTT 5.0, section 2.2.2.2).</summary>
public enum MosquittoProperty
{
    /// <summary>Byte; 1 says the payload is UTF-8.</summary>
    PayloadFormatIndicator = 1,

    /// <summary>Four bytes, seconds.</summary>
    MessageExpiryInterval = 2,

    /// <summary>Text.</summary>
    ContentType = 3,

    /// <summary>Text.</summary>
    ResponseTopic = 8,

    /// <summary>Bytes, at most 65 535.</summary>
    CorrelationData = 9,

    /// <summary>Four bytes, seconds; 0xFFFFFFFF never expires.</summary>
    SessionExpiryInterval = 17,

    /// <summary>Two bytes, seconds.</summary>
    ServerKeepAlive = 19,

    /// <summary>Four bytes, seconds.</summary>
    WillDelayInterval = 24,

    /// <summary>Text for people.</summary>
    ReasonString = 31,

    /// <summary>Two bytes: QoS 1 and 2 publishes that may wait for their acknowledgement at the same time.</summary>
    ReceiveMaximum = 33,

    /// <summary>Byte.</summary>
    MaximumQos = 36,

    /// <summary>Byte.</summary>
    RetainAvailable = 37,

    /// <summary>A pair of texts; may be repeated.</summary>
    UserProperty = 38,

    /// <summary>Four bytes: the whole packet, header included.</summary>
    MaximumPacketSize = 39,
}
