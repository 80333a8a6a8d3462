namespace EdgeRunner.Device.Configuration;

/// <summary>The MQTT 5 broker. Without a host the device works offline: records wait in the outbox.</summary>
internal sealed record BrokerOptions : ICheckedSection
{
    /// <summary>Host name or address; null (default) = offline.</summary>
    public string? Host { get; set; }

    /// <summary>TCP port; 8883 is usual with TLS.</summary>
    public int Port { get; set; } = 1883;

    /// <summary>MQTT client id; null (default) takes the device id.</summary>
    public string? ClientId { get; set; }

    /// <summary>MQTT user name; null (default) sends none.</summary>
    public string? Username { get; set; }

    /// <summary>File whose first line is the password; null (default) sends none. Read when the daemon starts, never shown.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>MQTT keep-alive, in seconds. Half-open links are noticed after one and a half of it.</summary>
    public int KeepAliveSeconds { get; set; } = 30;

    /// <summary>How long the broker keeps the session after a disconnect, in seconds.</summary>
    public long SessionExpirySeconds { get; set; } = 86_400;

    /// <summary>Publishes with QoS 1 that may wait for their acknowledgement at a time.</summary>
    public int MaxInflight { get; set; } = 20;

    /// <summary>Time until an unacknowledged publish drops the connection, in seconds.</summary>
    public int PublishTimeoutSeconds { get; set; } = 30;

    /// <summary>Largest packet this device accepts, in bytes.</summary>
    public int MaxPacketBytes { get; set; } = 1 << 20;

    /// <summary>Longest wait between two attempts to connect, in seconds; waits grow towards it with full jitter.</summary>
    public int ReconnectMaxSeconds { get; set; } = 60;

    /// <summary>TLS; null (default) = none.</summary>
    public BrokerTlsOptions? Tls { get; set; }

    /// <summary>Keys whose default is safe to use in place of a broken value. An error in any other key takes the device offline: a
    /// mistyped <c>tls</c> must not send a password in the clear, nor a mistyped host to somebody else.</summary>
    internal static readonly string[] SafeToDefault =
        ["keepAliveSeconds", "sessionExpirySeconds", "maxInflight", "publishTimeoutSeconds", "maxPacketBytes", "reconnectMaxSeconds"];

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        if (Host is { } host && Uri.CheckHostName(host) == UriHostNameType.Unknown)
            check.Error(nameof(Host), $"\"{host}\" is not allowed; expected a host name or address without scheme and port");
        check.Range(nameof(Port), Port, 1, 65_535);
        if (ClientId is { } id && (id.Length is 0 or > 64 || id.AsSpan().ContainsAnyInRange('\0', ' ')))
            check.Error(nameof(ClientId), $"\"{id}\" is not allowed; expected 1 to 64 characters without spaces");
        PasswordFile = check.FullPath(nameof(PasswordFile), PasswordFile);
        if (PasswordFile is not null && Username is null)
            check.Error(nameof(PasswordFile), "needs broker.username");
        check.Range(nameof(KeepAliveSeconds), KeepAliveSeconds, 5, 3_600);
        check.Range(nameof(SessionExpirySeconds), SessionExpirySeconds, 0, 4_294_967_295);
        check.Range(nameof(MaxInflight), MaxInflight, 1, 1_000);
        check.Range(nameof(PublishTimeoutSeconds), PublishTimeoutSeconds, 1, 600);
        check.Range(nameof(MaxPacketBytes), MaxPacketBytes, 4_096, 268_435_455); // the largest packet MQTT has
        check.Range(nameof(ReconnectMaxSeconds), ReconnectMaxSeconds, 1, 3_600);
    }
}
