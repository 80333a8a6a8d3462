using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>The server's certificate with its chain, read again when its files change: certificates are renewed every few weeks and the depot runs for years. Thread-safe.</summary>
internal sealed partial class ServedCertificate
{
    /// <summary>The name of the check in <see cref="DepotHealth"/>.</summary>
    internal const string Check = "certificate";

    /// <summary>How often the files are looked at.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly DepotHealth _health;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private (long, long) _stamp;
    private long _lookedAt;
    private SslServerAuthenticationOptions _current;
    private DateTimeOffset _expires;

    /// <summary>Reads it for the first time.</summary>
    /// <exception cref="IOException">A file cannot be read, or is no certificate or key.</exception>
    public ServedCertificate(string certificateFile, string keyFile, DepotHealth health, TimeProvider timeProvider, ILogger<ServedCertificate> logger)
    {
        (_certificateFile, _keyFile, _health, _timeProvider, _logger) = (certificateFile, keyFile, health, timeProvider, logger);
        _stamp = Stamp();
        _lookedAt = timeProvider.GetTimestamp();
        (_current, _expires) = Read();
        Judge();
    }

    /// <summary>What a handshake uses.</summary>
    public SslServerAuthenticationOptions Current()
    {
        lock (_gate)
        {
            if (_timeProvider.GetElapsedTime(_lookedAt) < Look) return _current;
            _lookedAt = _timeProvider.GetTimestamp();
            if (Stamp() is var stamp && stamp != _stamp) Replace(stamp);
            else if (_health.Snapshot().All(check => check.Name is not Check || check.Healthy)) Judge();
            return _current;
        }
    }

    private void Replace((long, long) stamp)
    {
        try
        {
            (_current, _expires) = Read();
            _stamp = stamp;
            Log.Replaced(_logger, _certificateFile, _expires);
            Judge();
        }
        catch (IOException e)
        {
            // Both files are replaced one after the other: the old pair serves until the new one fits.
            if (_health.Set(Check, healthy: false, $"{e.Message}; the one before is served on")) Log.Unusable(_logger, e.Message);
        }
    }

    private void Judge()
    {
        if (_expires > _timeProvider.GetUtcNow()) _health.Set(Check, healthy: true, $"until {_expires:yyyy-MM-dd HH:mm} UTC");
        else if (_health.Set(Check, healthy: false, $"the certificate in {_certificateFile} expired at {_expires:yyyy-MM-dd HH:mm} UTC: devices refuse it")) Log.Expired(_logger, _certificateFile, _expires);
    }

    private (long, long) Stamp() => (File.GetLastWriteTimeUtc(_certificateFile).Ticks, File.GetLastWriteTimeUtc(_keyFile).Ticks);

    private (SslServerAuthenticationOptions Options, DateTimeOffset Expires) Read()
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(_certificateFile, _keyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_certificateFile);
            var options = new SslServerAuthenticationOptions
            {
                // Offline: a server must not ask the network for what its own file should have.
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            };
            return (options, new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new IOException($"--https-cert {_certificateFile} with --https-key {_keyFile} cannot be used: {e.Message}", e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8085, LogLevel.Information, "{File} was read again: valid until {Expires:u}")]
        public static partial void Replaced(ILogger logger, string file, DateTimeOffset expires);

        [LoggerMessage(8086, LogLevel.Error, "the new certificate is not used: {Problem}")]
        public static partial void Unusable(ILogger logger, string problem);

        [LoggerMessage(8087, LogLevel.Error, "the certificate in {File} expired at {Expires:u}: devices refuse it")]
        public static partial void Expired(ILogger logger, string file, DateTimeOffset expires);
    }
}
