namespace EdgeRunner.Messaging.Mqtt;

/// <summary>TLS 1.2 or later. Files are PEM and are read at each connection, so renewed ones are taken at the next.</summary>
public sealed record MqttTlsOptions
{
    /// <summary>Authorities to trust; null for the system's.</summary>
    public string? CaFile { get; set; }

    /// <summary>Client certificate with its chain; null for none. Needs <see cref="KeyFile"/>.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>Private key of the certificate, without a password; null for none.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Accept a certificate for another name. The chain is verified all the same. Only for a broker reached by a changing address.</summary>
    public bool InsecureSkipHostnameCheck { get; set; }
}
