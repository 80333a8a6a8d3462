using System.Text;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Exact size of a PUBLISH packet (MQTT 5.0, section 3.3). libmosquitto 2.0.11 counts up to two bytes too few, and a packet that
/// slips through costs the connection: the broker answers it with DISCONNECT 149.</summary>
internal static class PublishPacketSize
{
    private const int LengthPrefix = 2;
    private const int Identifier = 1;

    internal static long Compute(int topicBytes, int payloadBytes, MqttPublishOptions options)
    {
        var properties = options.HasProperties ? PropertiesLength(options) : 0;
        var packetIdentifier = options.QualityOfService == MqttQualityOfService.AtMostOnce ? 0 : 2;
        var remaining = LengthPrefix + topicBytes + packetIdentifier + VarintLength(properties) + properties + payloadBytes;
        return 1 + VarintLength(remaining) + remaining;
    }

    private static long PropertiesLength(MqttPublishOptions options)
    {
        long length = 0;
        if (options.MessageExpiry is not null) length += Identifier + 4;
        if (options.ContentType is { } contentType) length += Identifier + Text(contentType);
        if (options.ResponseTopic is { } responseTopic) length += Identifier + Text(responseTopic);
        if (options.CorrelationData is { } correlation) length += Identifier + LengthPrefix + correlation.Length;
        foreach (var (name, value) in options.UserProperties) length += Identifier + Text(name) + Text(value);
        return length;
    }

    private static int Text(string text) => LengthPrefix + Encoding.UTF8.GetByteCount(text);

    private static int VarintLength(long value) => value switch
    {
        < 1 << 7 => 1,
        < 1 << 14 => 2,
        < 1 << 21 => 3,
        _ => 4,
    };
}
