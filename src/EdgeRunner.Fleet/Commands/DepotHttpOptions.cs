using System.CommandLine;
using EdgeRunner.Fleet.Depot.Http;

namespace EdgeRunner.Fleet.Commands;

/// <summary>The options of <c>edgefleet depot</c> about HTTP.</summary>
internal sealed class DepotHttpOptions
{
    private static readonly HttpOptions Defaults = new();

    private readonly Option<string[]> _addresses = new("--http")
    {
        Description = "Serves the repository, /healthz and /metrics on http://ADDRESS:PORT or https://ADDRESS:PORT too; ADDRESS is an IP address of this machine, localhost, or * for all. Can be given several times. Default: no HTTP.",
        HelpName = "URL",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _certificate = new("--https-cert") { Description = "PEM file of the server's certificate with its chain, for https. Read again when it changes.", HelpName = "FILE" };

    private readonly Option<string?> _key = new("--https-key") { Description = "PEM file of its private key, without a password.", HelpName = "FILE" };

    private readonly Option<int> _connections = new("--http-connections") { Description = $"HTTP connections at the same time. Default: {Defaults.MaxConnections}.", HelpName = "N", DefaultValueFactory = _ => Defaults.MaxConnections };

    private readonly Option<long> _maxBytes = new("--http-max-bytes") { Description = "Bytes a second of all HTTP answers together. Default: 0, no limit.", HelpName = "N" };

    private readonly Option<bool> _publicMonitoring = new("--public-metrics") { Description = "Answers /metrics, and the reasons of /healthz, on other addresses than the loopback too." };

    internal void AddTo(Command command)
    {
        command.Add(_addresses);
        command.Add(_certificate);
        command.Add(_key);
        command.Add(_connections);
        command.Add(_maxBytes);
        command.Add(_publicMonitoring);
    }

    /// <summary>Whether HTTP is wanted at all.</summary>
    internal bool IsGiven(ParseResult parsed) => parsed.GetRequiredValue(_addresses).Length > 0;

    /// <exception cref="UsageException">An address cannot be one.</exception>
    internal HttpOptions OptionsOf(ParseResult parsed) => new()
    {
        Addresses = [.. parsed.GetRequiredValue(_addresses).Select(HttpAddress.Parse)],
        CertificateFile = parsed.GetValue(_certificate),
        KeyFile = parsed.GetValue(_key),
        MaxConnections = parsed.GetValue(_connections),
        MaxBytesPerSecond = parsed.GetValue(_maxBytes),
        IsMonitoringPublic = parsed.GetValue(_publicMonitoring),
    };
}
