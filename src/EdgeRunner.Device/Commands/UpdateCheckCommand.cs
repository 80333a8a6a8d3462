using System.CommandLine;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Serving;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Offline;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner update check</c>: what is there, now and not at the next interval.</summary>
internal static class UpdateCheckCommand
{
    public static Command Create()
    {
        var (config, json, from, retry) = (CommonOptions.Config(), CommonOptions.Json(), UpdateCommand.From(), UpdateCommand.Retry());
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would be taken and whether this device could; nothing is fetched." };
        var command = new Command("check", "Check for releases now; the daemon begins what is to be done.") { config, json, from, retry, dryRun };
        command.Validators.Add(result =>
        {
            if (result.GetValue(dryRun) && result.GetValue(retry)) result.AddError("--dry-run and --retry exclude each other");
        });
        command.SetAction(async (parse, stop) =>
        {
            if (await UpdateCommand.LoadAsync(parse.GetRequiredValue(config), parse.GetValue(json)).ConfigureAwait(false) is not { } configuration) return ExitCode.Configuration;
            var directory = parse.GetValue(from) is { } given ? Path.GetFullPath(given) : null;
            var request = new UpdateCheckRequest(directory, parse.GetValue(retry), parse.GetValue(dryRun));
            Func<Task<UpdateAnswer>>? alone = request.DryRun && directory is not null
                ? () => new OfflineUpdate(configuration, TimeProvider.System, UpdateAsking.Say).DryRunAsync(directory, stop)
                : null;
            return await UpdateAsking.RunAsync(
                configuration.Storage, parse.GetValue(json),
                (client, end) => WaitAsync(client, configuration, request, end), alone, stop).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<UpdateAnswer> WaitAsync(ControlSocketClient client, DeviceConfiguration configuration, UpdateCheckRequest request, CancellationToken cancellationToken)
    {
        using var looks = new ControlSocketClient(ControlSocket.PathIn(configuration.Storage.RuntimeDirectory));
        var wait = new CheckWait(
            request.Directory is { } directory ? [directory] : configuration.Updates.Sources,
            request.DryRun ? "nothing is fetched or changed; try again when the daemon's own check has ended: edgerunner update status" : "the check goes on in the daemon: edgerunner update status",
            LookAsync, Console.Error, TimeProvider.System);
        return await wait.ForAsync(
            stop => client.PostAsync(UpdateEndpoints.CheckPath, request, UpdateCommandContext.Default.UpdateCheckRequest, UpdateCommandContext.Default.UpdateAnswer, stop),
            cancellationToken).ConfigureAwait(false);

        async Task<BrokerStatus?> LookAsync(CancellationToken stop)
        {
            try
            {
                return (await looks.GetAsync("/v1/status", StatusJsonContext.Default.DaemonStatus, stop).ConfigureAwait(false)).Broker;
            }
            catch (DaemonUnavailableException)
            {
                return null; // What became of the daemon is told by the answer that does not come.
            }
        }
    }
}
