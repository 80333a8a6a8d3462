using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Serving;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner status</c>: how the daemon and every pipeline is.</summary>
internal static class StatusCommand
{
    private const int LastLines = 10;

    public static Command Create()
    {
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var watch = new Option<bool>("--watch", "-w") { Description = "Show it again every second, until Ctrl-C." };
        var command = new Command("status", "Show how the daemon and every pipeline is.") { config, json, watch };
        command.SetAction((parse, cancellationToken) => RunAsync(parse.GetRequiredValue(config), parse.GetValue(json), parse.GetValue(watch), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, bool json, bool watch, CancellationToken cancellationToken)
    {
        var storage = CommonOptions.Load(path).Configuration.Storage;
        using var client = new ControlSocketClient(ControlSocket.PathIn(storage.RuntimeDirectory));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        do
        {
            try
            {
                var status = await client.GetAsync("/v1/status", StatusJsonContext.Default.DaemonStatus, cancellationToken).ConfigureAwait(false);
                if (watch && !json && !Console.IsOutputRedirected) Console.Write("\e[H\e[2J"); // Home, clear.
                if (json) Console.WriteLine(JsonSerializer.Serialize(status, StatusJsonContext.Default.DaemonStatus));
                else StatusText.Write(status, Console.Out);
            }
            catch (DaemonUnavailableException e)
            {
                var code = await UpdateAsking.ComplainAsync(e, json).ConfigureAwait(false);
                if (!json) WriteLastWords(Path.Combine(storage.LogDirectory, "status.log"));
                return code;
            }
        }
        while (watch && await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        return ExitCode.Ok;
    }

    // A dead daemon answers nothing, but what it last wrote says why.
    private static void WriteLastWords(string statusLog)
    {
        try
        {
            var lines = File.ReadLines(statusLog).TakeLast(LastLines).ToList();
            Console.WriteLine($"The last lines of {statusLog}:");
            lines.ForEach(line => Console.WriteLine($"  {line}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There was never a daemon, or its log is not for this user: the first line has said what to do.
        }
    }
}
