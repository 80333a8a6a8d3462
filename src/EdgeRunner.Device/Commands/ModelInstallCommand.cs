using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Device.ModelStore;
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
        var keep = new Option<bool>("--no-activate") { Description = "Only put it there; pipelines go on with the version they use." };
        var command = new Command("install", "Verify a bundle, copy it into the store and make it the version in use.") { file, config, json, keep };
        command.SetAction(parse => Install(parse.GetRequiredValue(file), parse.GetRequiredValue(config), !parse.GetValue(keep), parse.GetValue(json)));
        return command;
    }

    private static int Install(string file, string config, bool activate, bool json)
    {
        var store = new BundleStore(CommonOptions.Load(config).Configuration.Storage.StateDirectory);
        try
        {
            var model = store.Install(file, activate);
            if (json) Console.WriteLine(JsonSerializer.Serialize(model, ModelOutputContext.Default.InstalledModel));
            else Console.WriteLine($"{model.Name} {model.Version} installed{(activate ? " and in use from the next start of its pipelines (systemctl restart edgerunner)" : "")}: {model.Path}");
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is BundleException or IOException)
        {
            Console.Error.WriteLine($"edgerunner: {e.Message}; nothing was installed");
            return ExitCode.Failed;
        }
        catch (UnauthorizedAccessException e)
        {
            Console.Error.WriteLine($"edgerunner: the store {store.Root} cannot be written: {e.Message} Use sudo.");
            return ExitCode.Permission;
        }
    }
}
