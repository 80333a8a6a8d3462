using EdgeRunner.Device.Configuration;
using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Device.Uplink;

/// <summary>What all connections of this device to the broker have in common: where it is and who we are.</summary>
internal static class BrokerSession
{
    /// <summary>Options from the section <c>broker</c>, without will and session expiry.</summary>
    /// <param name="broker">Has a host.</param>
    /// <param name="clientId">Of this connection.</param>
    /// <exception cref="IOException">The password cannot be read.</exception>
    internal static MqttSessionOptions OptionsOf(BrokerOptions broker, string clientId) => new()
    {
        Host = broker.Host!,
        Port = broker.Port,
        ClientId = clientId,
        Username = broker.Username,
        Password = broker.PasswordFile is null ? null : ReadPassword(broker.PasswordFile),
        KeepAlive = TimeSpan.FromSeconds(broker.KeepAliveSeconds),
        MaxInflight = broker.MaxInflight,
        PublishTimeout = TimeSpan.FromSeconds(broker.PublishTimeoutSeconds),
        MaxPacketSizeBytes = broker.MaxPacketBytes,
        ReconnectMaxDelay = TimeSpan.FromSeconds(broker.ReconnectMaxSeconds),
        Tls = broker.Tls is { } tls ? new MqttTlsOptions { CaFile = tls.CaFile, CertificateFile = tls.CertificateFile, KeyFile = tls.KeyFile, InsecureSkipHostnameCheck = tls.InsecureSkipHostnameCheck } : null,
    };

    private static string ReadPassword(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"broker.passwordFile {file} cannot be read: {e.Message}", e);
        }
    }
}
