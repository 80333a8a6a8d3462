using System.CommandLine;
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
            if (await UpdateCommand.LoadAsync(parse.GetRequiredValue(config)).ConfigureAwait(false) is not { } configuration) return ExitCode.Configuration;
            var directory = parse.GetValue(from) is { } given ? Path.GetFullPath(given) : null;
            var request = new UpdateCheckRequest(directory, parse.GetValue(retry), parse.GetValue(dryRun));
            Func<Task<UpdateAnswer>>? alone = request.DryRun && directory is not null
                ? () => new OfflineUpdate(configuration, TimeProvider.System, UpdateAsking.Say).DryRunAsync(directory, stop)
                : null;
            return await UpdateAsking.RunAsync(
                configuration.Storage, parse.GetValue(json),
                client => client.PostAsync(UpdateEndpoints.CheckPath, request, UpdateCommandContext.Default.UpdateCheckRequest, UpdateCommandContext.Default.UpdateAnswer, stop), alone).ConfigureAwait(false);
        });
        return command;
    }
}
