namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Settings of one <see cref="MqttSession"/>. They are read when the session is made; later changes have no effect.</summary>
public sealed record MqttSessionOptions
{
    /// <summary>Name or address of the broker.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>1 to 65 535. Default 1883, usually 8883 with TLS.</summary>
    public int Port { get; set; } = 1883;

    /// <summary>Unique at the broker; a second connection with the same id ends the first. 1 to 128 characters.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>Discard the broker's session at the first connection of this process. Later ones continue it.</summary>
    public bool CleanStart { get; set; }

    /// <summary>How long the broker keeps subscriptions and undelivered messages after a disconnect; 0 to 30 days. Default 1 h.</summary>
    public TimeSpan SessionExpiry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Longest silence before a ping; a broker silent for twice as long is given up; 5 s to 18 h. Default 30 s.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>User name; null for none.</summary>
    public string? Username { get; set; }

    /// <summary>Password; null for none.</summary>
    public string? Password { get; set; }

    /// <summary>TLS; null for a plain connection.</summary>
    public MqttTlsOptions? Tls { get; set; }

    /// <summary>Last will; null for none.</summary>
    public MqttWill? Will { get; set; }

    /// <summary>QoS 1 messages on the way at the same time; 1 to 10 000; the broker may allow fewer. Default 20.</summary>
    public int MaxInflight { get; set; } = 20;

    /// <summary>QoS 1 messages that the broker may have on the way to us at the same time; 1 to 65 535. Mosquitto counts them instead of its own
    /// <c>max_inflight_messages</c>, and drops what goes beyond them and its <c>max_queued_messages</c>: who reads many retained messages at once needs many. Default 100.</summary>
    public int ReceiveMaximum { get; set; } = 100;

    /// <summary>Messages accepted and not yet acknowledged; 1 to 1 000 000. At the limit see <see cref="WhenQueueFull"/>. Default 1000.</summary>
    public int MaxQueuedMessages { get; set; } = 1000;

    /// <summary>Their bytes, topic and payload; 64 KiB to 1 GiB. One message is always taken. Default 16 MiB.</summary>
    public long MaxQueuedBytes { get; set; } = 16L << 20;

    /// <summary>What a publish does when the queue is full. Default: waits.</summary>
    public MqttQueueFullMode WhenQueueFull { get; set; } = MqttQueueFullMode.Wait;

    /// <summary>Longest wait for an acknowledgement once a message is sent; past it the connection is dropped; 100 ms to 10 min. Default 30 s.</summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for TCP, TLS and CONNACK together; 100 ms to 10 min. Default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest packet the broker may send to us, in bytes; 1 KiB to 256 MiB. Default 1 MiB.</summary>
    public int MaxPacketSizeBytes { get; set; } = 1 << 20;

    /// <summary>Bound of the first reconnect delay; it doubles at each failure; 10 ms to 60 s. Default 1 s.</summary>
    public TimeSpan ReconnectInitialDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Cap of the bound; the delay is drawn evenly between 0 and the bound; at most 1 h. Default 60 s.</summary>
    public TimeSpan ReconnectMaxDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A connection that lasted so long starts the bound anew; 0 to 1 h. Default 60 s.</summary>
    public TimeSpan StableAfter { get; set; } = TimeSpan.FromSeconds(60);

    internal string Endpoint => $"{Host}:{Port}";
}
