using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Device.ModelStore;
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
        var command = new Command("install", "Verify a bundle, copy it into the store and make it the version in use.") { file, config, json, activate, keep };
        command.Validators.Add(result =>
        {
            if (result.GetValue(activate) && result.GetValue(keep)) result.AddError("--activate and --no-activate exclude each other");
        });
        command.SetAction((parse, cancellationToken) =>
            InstallAsync(parse.GetRequiredValue(file), parse.GetRequiredValue(config), !parse.GetValue(keep), parse.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> InstallAsync(string file, string config, bool activate, bool json, CancellationToken cancellationToken)
    {
        var storage = CommonOptions.Load(config).Configuration.Storage;
        var store = new BundleStore(storage.StateDirectory);
        InstalledModel model;
        try
        {
            model = store.Install(file, activate: false);
        }
        catch (Exception e) when (e is BundleException or IOException)
        {
            await Console.Error.WriteLineAsync($"edgerunner: {e.Message}; nothing was installed").ConfigureAwait(false);
            return ExitCode.Failed;
        }
        catch (UnauthorizedAccessException e)
        {
            await Console.Error.WriteLineAsync($"edgerunner: the store {store.Root} cannot be written: {e.Message} Use sudo.").ConfigureAwait(false);
            return ExitCode.Permission;
        }

        ActivationOutput? activation = null;
        try
        {
            if (activate) activation = await ModelActivateCommand.ActivateAsync(store, ControlSocket.PathIn(storage.RuntimeDirectory), model.Name, model.Version, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DaemonUnavailableException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"edgerunner: {model.Name} {model.Version} is installed but not in use: {e.Message}").ConfigureAwait(false);
            return e is DaemonUnavailableException { Reason: DaemonUnavailableReason.Permission } or UnauthorizedAccessException ? ExitCode.Permission : ExitCode.Failed;
        }

        if (json)
        {
            var output = new ModelInstallOutput(model.Name, model.Version, model.Path, model.SizeBytes, string.Equals(store.FindActiveBundle(model.Name), model.Path, StringComparison.Ordinal), activation);
            Console.WriteLine(JsonSerializer.Serialize(output, ModelOutputContext.Default.ModelInstallOutput));
        }
        else
        {
            Console.WriteLine($"{model.Name} {model.Version} installed: {model.Path}");
            if (activation is not null) ModelActivateCommand.Write(activation, Console.Out);
        }

        return activation is { Activated: false } ? ExitCode.Failed : ExitCode.Ok;
    }
}
