using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Device.Serving;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner update status</c>: where the update of each model is. Of a daemon that does not run, what it left on disk.</summary>
internal static class UpdateStatusCommand
{
    public static Command Create()
    {
        var (config, json) = (CommonOptions.Config(), CommonOptions.Json());
        var watch = new Option<bool>("--watch", "-w") { Description = "Show it again every second, until Ctrl-C." };
        var command = new Command("status", "Show where the update of each model is.") { config, json, watch };
        command.SetAction((parse, stop) => RunAsync(parse.GetRequiredValue(config), parse.GetValue(json), parse.GetValue(watch), stop));
        return command;
    }

    private static async Task<int> RunAsync(string path, bool json, bool watch, CancellationToken cancellationToken)
    {
        if (await UpdateCommand.LoadAsync(path, json).ConfigureAwait(false) is not { } configuration) return ExitCode.Configuration;
        using var client = new ControlSocketClient(ControlSocket.PathIn(configuration.Storage.RuntimeDirectory));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        do
        {
            UpdateStatus status;
            try
            {
                status = await client.GetAsync(UpdateEndpoints.StatusPath, UpdateCommandContext.Default.UpdateStatus, cancellationToken).ConfigureAwait(false);
            }
            catch (DaemonUnavailableException e) when (e.Reason == DaemonUnavailableReason.NotRunning)
            {
                await Console.Error.WriteLineAsync($"edgerunner: {e.Message}; this is what it left in {configuration.Storage.StateDirectory}:").ConfigureAwait(false);
                status = UpdateStores.In(configuration.Storage.StateDirectory, TimeProvider.System, UpdateAsking.Say, setsAside: false).Read(configuration.Updates.Group!);
            }
            catch (DaemonUnavailableException e)
            {
                return await UpdateAsking.ComplainAsync(e, json).ConfigureAwait(false);
            }

            if (watch && !json && !Console.IsOutputRedirected) Console.Write("\e[H\e[2J"); // Home, clear.
            if (json) Console.WriteLine(JsonSerializer.Serialize(status, UpdateCommandContext.Default.UpdateStatus));
            else UpdateText.Write(status, Console.Out);
        }
        while (watch && await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        return ExitCode.Ok;
    }
}
