using System.CommandLine;
using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner update …</c>: the releases of this device.</summary>
internal static class UpdateCommand
{
    /// <summary>The command with all below it.</summary>
    public static Command Create()
    {
        var (config, json) = (CommonOptions.Config(), CommonOptions.Json());
        var from = From();
        var retry = Retry();
        var command = new Command("update", "Take releases from a directory or a USB stick now (--from), or look at updates.")
        {
            config, json, from, retry, UpdateCheckCommand.Create(), UpdateStatusCommand.Create(), UpdateHistoryCommand.Create(),
        };
        command.SetAction(async (parse, stop) => parse.GetValue(from) is { } directory
            ? await UpdateFromCommand.RunAsync(parse.GetRequiredValue(config), directory, parse.GetValue(retry), parse.GetValue(json), stop).ConfigureAwait(false)
            : await UpdateAsking.ComplainAsync("expected check, status, history, or --from DIR; see 'edgerunner update --help'", ExitCode.Usage, parse.GetValue(json)).ConfigureAwait(false));
        return command;
    }

    /// <summary><c>--from DIR</c>.</summary>
    public static Option<string?> From()
    {
        var from = new Option<string?>("--from") { Description = "A copy of the fleet's repository: a USB stick, a directory. It is verified as the network is.", HelpName = "DIR" };
        from.Validators.Add(result =>
        {
            if (result.GetValue(from) is { } directory && !Directory.Exists(directory)) result.AddError($"--from {directory}: there is no such directory");
        });
        return from;
    }

    /// <summary><c>--retry</c>.</summary>
    public static Option<bool> Retry() => new("--retry") { Description = "Also try releases again that were refused on this device, or wait because its card has spoiled them." };

    /// <summary>Reads the configuration; without a group there is nothing to do.</summary>
    /// <returns>Null when it was said that there is none.</returns>
    public static async Task<DeviceConfiguration?> LoadAsync(string path, bool json)
    {
        var result = CommonOptions.Load(path);
        if (result.Configuration.Updates.Group is not null) return result.Configuration;
        foreach (var error in result.Errors) await Console.Error.WriteLineAsync($"edgerunner: {error}").ConfigureAwait(false);
        await UpdateAsking.ComplainAsync($"{path}: updates.group is not set, so this device takes no releases; set it and updates.rootFile", ExitCode.Configuration, json).ConfigureAwait(false);
        return null;
    }
}
