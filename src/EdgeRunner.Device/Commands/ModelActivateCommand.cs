using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Serving;
using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner model activate NAME VERSION</c>: an installed version into use, without a restart.</summary>
internal static class ModelActivateCommand
{
    public static Command Create()
    {
        var name = ModelRollbackCommand.Name();
        var version = new Argument<string>("VERSION") { Description = "An installed version; the one in use is loaded anew." };
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var command = new Command("activate", "Make an installed version the one in use; pipelines that run take it over without a restart.") { name, version, config, json };
        command.SetAction((parse, cancellationToken) => RunAsync(
            parse.GetRequiredValue(name), parse.GetRequiredValue(version), parse.GetRequiredValue(config), parse.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string name, string version, string config, bool json, CancellationToken cancellationToken)
    {
        var storage = CommonOptions.Load(config).Configuration.Storage;
        var store = new BundleStore(storage.StateDirectory);
        try
        {
            // Else a version that this user cannot see would be said not to be installed.
            if (StateOwnership.WhyClosed(storage.StateDirectory) is { } closed && !File.Exists(ControlSocket.PathIn(storage.RuntimeDirectory)))
            {
                await Console.Error.WriteLineAsync($"edgerunner: {closed}; nothing was changed").ConfigureAwait(false);
                return ExitCode.Permission;
            }

            var output = await ActivateAsync(store, ControlSocket.PathIn(storage.RuntimeDirectory), name, version, peakBytes: null, cancellationToken).ConfigureAwait(false);
            if (json) Console.WriteLine(JsonSerializer.Serialize(output, SwapJsonContext.Default.ActivationOutput));
            else Write(output, Console.Out);
            return output.Activated ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (DaemonUnavailableException e)
        {
            return await ComplainAsync(
                $"{e.Message}; {Standing(store, name, version, e.Reason)}", e.Reason == DaemonUnavailableReason.Permission ? ExitCode.Permission : ExitCode.Unavailable).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ModelNotInstalledException or InstanceLockedException or IOException)
        {
            return await ComplainAsync($"{e.Message}; nothing was changed", ExitCode.Failed).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            return await ComplainAsync($"the store {store.Root} cannot be written: {e.Message} Use sudo.", ExitCode.Permission).ConfigureAwait(false);
        }

        async Task<int> ComplainAsync(string words, int exitCode)
        {
            if (json) Console.WriteLine(JsonSerializer.Serialize(ActivationOutput.NotDone(name, version, words), SwapJsonContext.Default.ActivationOutput));
            await Console.Error.WriteLineAsync($"edgerunner: {words}").ConfigureAwait(false);
            return exitCode;
        }
    }

    /// <summary>What holds after the daemon gave no answer. It may have made the change and died, or still be at it: the store knows, the missing answer does not.</summary>
    internal static string Standing(BundleStore store, string name, string version, DaemonUnavailableReason reason)
    {
        if (reason is DaemonUnavailableReason.Permission or DaemonUnavailableReason.NotRunning) return "nothing was changed";
        var active = store.FindActiveBundle(name) is { } path ? Path.GetFileNameWithoutExtension(path) : null;
        return string.Equals(active, version, StringComparison.Ordinal)
            ? $"{name} {version} is the version in use by the store, whether it was before or the daemon still made the change; see edgerunner status"
            : $"{(active is null ? $"no version of {name}" : $"{name} {active}")} is in use by the store, but a daemon that still works on the change may make it later; see edgerunner status";
    }

    /// <summary>Asks the daemon; when none runs, only the store is changed.</summary>
    /// <param name="store">The store.</param>
    /// <param name="socket">The daemon's control socket.</param>
    /// <param name="name">The model.</param>
    /// <param name="version">An installed version.</param>
    /// <param name="peakBytes">Memory that a probe has measured; null where none was made.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="DaemonUnavailableException">A daemon may run, but gives no answer to this user: the store is not changed behind its back.</exception>
    /// <exception cref="InstanceLockedException">One runs, but has no socket.</exception>
    /// <exception cref="ModelNotInstalledException">No daemon runs and the version is not there.</exception>
    internal static async Task<ActivationOutput> ActivateAsync(BundleStore store, string socket, string name, string version, long? peakBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new ControlSocketClient(socket, ControlSocketClient.LongWork);
            using var looks = new ControlSocketClient(socket);
            var report = await DaemonWatch.Over(looks).ForAsync(
                stop => client.PostAsync(ActivationEndpoint.PathOf(name), new ActivationRequest(version, peakBytes), SwapJsonContext.Default.ActivationRequest, SwapJsonContext.Default.ActivationReport, stop),
                cancellationToken).ConfigureAwait(false);
            return new ActivationOutput(report.Model, report.Version, report.Activated, DaemonAnswered: true, report.Reason, report.Pipelines);
        }
        catch (DaemonUnavailableException e) when (e.Reason == DaemonUnavailableReason.NotRunning)
        {
            if (store.FindBundle(name, version) is null) throw new ModelNotInstalledException($"{name} {version}", store.Root);
            using var alone = InstanceLock.Take(Path.GetDirectoryName(store.Root)!);
            var answer = await UpdateAsking.Alone(Path.GetDirectoryName(store.Root)!).ActivateAsync(name, version, cancellationToken).ConfigureAwait(false);
            return new ActivationOutput(name, version, answer.Done, DaemonAnswered: false, answer.Done ? "no daemon runs; its pipelines use it from their next start" : answer.Words, []);
        }
    }

    /// <summary>Prints what became of it, a line for each pipeline.</summary>
    internal static void Write(ActivationOutput output, TextWriter writer)
    {
        writer.WriteLine(output.Activated
            ? $"{output.Model} {output.Version} is in use{(output.Reason is null ? "" : $": {output.Reason}")}"
            : $"{output.Model} {output.Version} was refused, the version before stays in use: {output.Reason}");
        if (output.Pipelines.Count == 0)
        {
            if (output is { Activated: true, DaemonAnswered: true }) writer.WriteLine("no pipeline uses it");
            return;
        }

        var table = new TextTable("pipeline", "what", "before", "load ms", "warm-up ms", "pause µs", "why");
        foreach (var swap in output.Pipelines)
        {
            var mode = swap.Mode switch { SwapMode.Beside => " beside", SwapMode.DropFirst => " drop-first", _ => "" };
            table.Add(
                swap.Pipeline, JsonNamingPolicy.KebabCaseLower.ConvertName(swap.Outcome.ToString()) + mode, swap.From ?? "-", Number(swap.LoadMs), Number(swap.WarmUpMs), Number(swap.PauseUs), swap.Reason);
        }

        table.WriteTo(writer);
    }

    private static string Number(double? value) => value?.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) ?? "-";
}
