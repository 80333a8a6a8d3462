using System.CommandLine;
using EdgeRunner.Fleet.Depot;
using EdgeRunner.Fleet.Logging;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet depot</c>: serves a repository to devices until SIGTERM or Ctrl-C.</summary>
internal static class DepotCommand
{
    /// <summary>Name of the command: it looks after signals itself.</summary>
    internal const string Name = "depot";

    internal static Command Create(CommandEnvironment environment)
    {
        var defaults = new DepotOptions("", "");
        var maxRate = new Option<int>("--max-rate") { Description = $"Requests a second that one device may make. Default: {defaults.MaxRatePerDevice}.", HelpName = "N", DefaultValueFactory = _ => defaults.MaxRatePerDevice };
        var maxTotalRate = new Option<int>("--max-total-rate") { Description = $"Requests a second of all devices together. Default: {defaults.MaxRate}.", HelpName = "N", DefaultValueFactory = _ => defaults.MaxRate };
        var collect = new Option<int>("--collect") { Description = $"Milliseconds that the first request for a release waits for others, anew with each that joins, twice as long at most, so that each chunk is sent once for all. Default: {defaults.CollectTime.TotalMilliseconds:0}.", HelpName = "MS", DefaultValueFactory = _ => (int)defaults.CollectTime.TotalMilliseconds };
        var http = new DepotHttpOptions();
        var repo = new RepoOptions();
        var broker = new BrokerOptions();
        var command = new Command(Name, "Serves a repository to devices over the broker and over HTTP, and keeps its timestamp fresh. Several depots may serve one repository.") { maxRate, maxTotalRate, collect };
        repo.AddTo(command);
        broker.AddTo(command);
        http.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async _ =>
        {
            var options = new DepotOptions(Path.GetFullPath(parsed.GetRequiredValue(repo.Directory)), broker.FleetOf(parsed))
            {
                OnlineKeys = parsed.GetValue(repo.OnlineKeys),
                // Without a broker it is a web server that signs timestamps, which is enough for a fleet that uses no MQTT for releases.
                Broker = broker.IsGiven(parsed) || !http.IsGiven(parsed) ? broker.SessionOf(parsed, "edgefleet-depot") : null,
                Http = http.OptionsOf(parsed),
                MaxRatePerDevice = parsed.GetValue(maxRate),
                MaxRate = parsed.GetValue(maxTotalRate),
                CollectTime = TimeSpan.FromMilliseconds(parsed.GetValue(collect)),
            };
            options.Check();
            using var host = DepotHost.Build(options, environment.TimeProvider, new LineLoggerProvider(parsed.InvocationConfiguration.Error, LineLoggerProvider.FormatFor(parsed.GetValue(repo.Json)), environment.TimeProvider));
            try
            {
                await host.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // A stop in the middle of the start is a stop like any other.
            }
            return ExitCode.Ok;
        }));
        return command;
    }
}
