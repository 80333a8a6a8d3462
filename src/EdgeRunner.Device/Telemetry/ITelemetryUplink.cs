namespace EdgeRunner.Device.Telemetry;

/// <summary>The way out of the device: the MQTT session in the daemon.</summary>
internal interface ITelemetryUplink
{
    /// <summary>True when a publish has a chance. May be wrong by the time it is used.</summary>
    bool IsConnected { get; }

    /// <summary>Sends one message to the stream's topic. Completes when the broker has taken it over (PUBACK), and not before.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="payload">The envelope; must not be used after the task has completed.</param>
    /// <param name="cancellationToken">Gives up; whether the broker has the message is then not known.</param>
    /// <exception cref="UplinkUnavailableException">Not connected, or the connection was lost before the PUBACK. The batch is sent
    /// again.</exception>
    /// <exception cref="UplinkRefusedException">The broker said no to this message. The batch is kept and tried again later.</exception>
    Task PublishAsync(string stream, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}
