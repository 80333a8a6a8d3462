using EdgeRunner.Fleet.Commands;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>How a depot serves HTTP.</summary>
internal sealed record HttpOptions
{
    /// <summary>Where it listens; empty (default): not at all.</summary>
    public IReadOnlyList<HttpAddress> Addresses { get; init; } = [];

    /// <summary>PEM file of the server certificate with its chain; read again when it changes.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its private key, without a password.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Connections at the same time; more are closed at once. 1 to 100 000. A connection costs about 20 KiB.</summary>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>Bytes a second of all answers together; 0 (default) = no limit, up to 1 TB.</summary>
    public long MaxBytesPerSecond { get; init; }

    /// <summary>Answers <c>/metrics</c>, and the reasons of <c>/healthz</c>, on other addresses than those of the loopback too.</summary>
    public bool IsMonitoringPublic { get; init; }

    /// <exception cref="UsageException">A value is out of range, or a certificate is missing.</exception>
    internal void Check()
    {
        if (MaxConnections is < 1 or > 100_000) throw new UsageException($"--http-connections {MaxConnections} is not allowed: 1 to 100000.");
        if (MaxBytesPerSecond is < 0 or > 1L << 40) throw new UsageException($"--http-max-bytes {MaxBytesPerSecond} is not allowed: 0 (no limit) to {1L << 40} bytes a second.");
        var isTls = Addresses.Any(address => address.IsTls);
        if (isTls && (CertificateFile is null || KeyFile is null)) throw new UsageException("https needs a certificate: --https-cert FILE --https-key FILE, both PEM.");
        if (!isTls && (CertificateFile ?? KeyFile) is not null) throw new UsageException("--https-cert and --https-key are for https: name an address with --http https://ADDRESS:PORT.");
    }
}
