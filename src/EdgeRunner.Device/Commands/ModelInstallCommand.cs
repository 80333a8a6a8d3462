using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Serving;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner model install FILE</c>: a bundle into the store, by hand.</summary>
internal static class ModelInstallCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The bundle, NAME-VERSION.ermodel." };
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var activate = new Option<bool>("--activate") { Description = "Make it the version in use; the default. Pipelines that run take it over without a restart." };
        var keep = new Option<bool>("--no-activate") { Description = "Only put it there; pipelines go on with the version they use." };
        var noProbe = new Option<bool>("--no-probe") { Description = "Do not load and run it first: a model that crashes or is too slow is then found by its pipeline." };
        var command = new Command("install", "Verify a bundle, try it in a child process (see probe), copy it into the store and make it the version in use.")
        {
            file, config, json, activate, keep, noProbe,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(activate) && result.GetValue(keep)) result.AddError("--activate and --no-activate exclude each other");
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            var bundle = parse.GetRequiredValue(file);
            var configuration = CommonOptions.Load(parse.GetRequiredValue(config)).Configuration;
            ProbeReport? report = null;
            if (!parse.GetValue(noProbe))
            {
                report = await new ModelProbe(configuration.Inference, TimeProvider.System).RunAsync(bundle, new ProbeLimits(), cancellationToken).ConfigureAwait(false);
                if (!report.Passed) return await RefuseAsync(report, parse.GetValue(json)).ConfigureAwait(false);
            }

            return await InstallAsync(bundle, report, configuration.Storage, !parse.GetValue(keep), parse.GetValue(json), cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RefuseAsync(ProbeReport report, bool json)
    {
        if (json) Console.WriteLine(JsonSerializer.Serialize(report, ProbeJsonContext.Default.ProbeReport));
        var title = report.Model is null ? "" : $"{report.Model} {report.Version}: ";
        // Nothing is known of the model then, and the person may know better.
        var advice = report.Reason is ProbeReason.RuntimeMissing or ProbeReason.ProbeFailed ? "; --no-probe installs it untried" : "";
        await Console.Error.WriteLineAsync($"edgerunner: {title}{report.Summary}; nothing was installed{advice}").ConfigureAwait(false);
        return ExitCode.Failed;
    }

    private static async Task<int> InstallAsync(string file, ProbeReport? probed, StorageOptions storage, bool activate, bool json, CancellationToken cancellationToken)
    {
        var store = new BundleStore(storage.StateDirectory);
        InstalledModel model;
        try
        {
            model = store.Install(file, activate: false, probed?.Sha256);
        }
        catch (Exception e) when (e is BundleException or IOException)
        {
            return await UpdateAsking.ComplainAsync($"{e.Message}; nothing was installed", ExitCode.Failed, json).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            return await UpdateAsking.ComplainAsync($"the store {store.Root} cannot be written: {e.Message} Use sudo.", ExitCode.Permission, json).ConfigureAwait(false);
        }
        finally
        {
            StateOwnership.GiveBack(storage.StateDirectory); // before the daemon is asked to use it
        }

        ActivationOutput? activation = null;
        try
        {
            if (activate) activation = await ModelActivateCommand.ActivateAsync(store, ControlSocket.PathIn(storage.RuntimeDirectory), model.Name, model.Version, probed?.Memory?.ModelPeakBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (DaemonUnavailableException e) when (e.Reason is not DaemonUnavailableReason.Permission)
        {
            var standing = ModelActivateCommand.Standing(store, model.Name, model.Version, e.Reason);
            return await ComplainAsync($"is installed, but whether it serves is not known: {e.Message}; {standing}", ExitCode.Failed).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DaemonUnavailableException or InstanceLockedException or IOException or UnauthorizedAccessException)
        {
            var isForbidden = e is DaemonUnavailableException { Reason: DaemonUnavailableReason.Permission } or UnauthorizedAccessException;
            return await ComplainAsync($"is installed but not in use: {e.Message}", isForbidden ? ExitCode.Permission : ExitCode.Failed).ConfigureAwait(false);
        }

        if (json)
        {
            PrintJson();
        }
        else
        {
            Console.WriteLine($"{model.Name} {model.Version} installed: {model.Path}");
            if (activation is not null) ModelActivateCommand.Write(activation, Console.Out);
        }

        return activation is { Activated: false } ? ExitCode.Failed : ExitCode.Ok;

        async Task<int> ComplainAsync(string words, int exitCode)
        {
            activation = ActivationOutput.NotDone(model.Name, model.Version, words);
            if (json) PrintJson();
            await Console.Error.WriteLineAsync($"edgerunner: {model.Name} {model.Version} {words}").ConfigureAwait(false);
            return exitCode;
        }

        void PrintJson()
        {
            var output = new ModelInstallOutput(model.Name, model.Version, model.Path, model.SizeBytes, string.Equals(store.FindActiveBundle(model.Name), model.Path, StringComparison.Ordinal), activation);
            Console.WriteLine(JsonSerializer.Serialize(output, ModelOutputContext.Default.ModelInstallOutput));
        }
    }
}
