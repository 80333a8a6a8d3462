using EdgeRunner.Native.Mosquitto;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Brings <see cref="MqttSessionOptions"/> into a fresh <see cref="MosquittoClient"/>.</summary>
internal static class ConnectedClient
{
    internal static MosquittoClient Create(MqttSessionOptions options, bool cleanStart, IMosquittoEvents events)
    {
        var client = new MosquittoClient(options.ClientId, cleanStart, events);
        try
        {
            client.SetReceiveMaximum(options.ReceiveMaximum);
            if (options.Username is not null) client.SetCredentials(options.Username, options.Password);
            if (options.Tls is { } tls) client.SetTls(new(tls.CaFile, tls.CertificateFile, tls.KeyFile, tls.InsecureSkipHostnameCheck));
            if (options.Will is { } will) SetWill(client, will);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Blocks until TCP is open.</summary>
    internal static void Connect(MosquittoClient client, MqttSessionOptions options)
    {
        using var properties = new MosquittoPropertyList();
        properties.AddInt32(MosquittoProperty.SessionExpiryInterval, Seconds(options.SessionExpiry));
        properties.AddInt32(MosquittoProperty.MaximumPacketSize, (uint)options.MaxPacketSizeBytes);
        client.Connect(options.Host, options.Port, (int)options.KeepAlive.TotalSeconds, properties);
    }

    /// <summary>Properties of a publish; null when it has none.</summary>
    internal static MosquittoPropertyList? PropertiesOf(MqttPublishOptions options)
    {
        if (!options.HasProperties) return null;
        var properties = new MosquittoPropertyList();
        try
        {
            if (options.MessageExpiry is { } expiry) properties.AddInt32(MosquittoProperty.MessageExpiryInterval, Seconds(expiry));
            if (options.ContentType is { } contentType) properties.AddString(MosquittoProperty.ContentType, contentType);
            if (options.ResponseTopic is { } responseTopic) properties.AddString(MosquittoProperty.ResponseTopic, responseTopic);
            if (options.CorrelationData is { } correlation) properties.AddBinary(MosquittoProperty.CorrelationData, correlation.Span);
            foreach (var (name, value) in options.UserProperties) properties.AddUserProperty(name, value);
            return properties;
        }
        catch
        {
            properties.Dispose();
            throw;
        }
    }

    private static void SetWill(MosquittoClient client, MqttWill will)
    {
        using var properties = new MosquittoPropertyList();
        if (will.Delay > TimeSpan.Zero) properties.AddInt32(MosquittoProperty.WillDelayInterval, Seconds(will.Delay));
        client.SetWill(will.Topic, will.Payload.Span, (int)will.QualityOfService, will.Retain, properties);
    }

    private static uint Seconds(TimeSpan time) => (uint)Math.Clamp(time.TotalSeconds, 0, uint.MaxValue - 1);
}
