using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner model list</c>: what is installed.</summary>
internal static class ModelListCommand
{
    public static Command Create()
    {
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var command = new Command("list", "List the installed models.") { config, json };
        command.SetAction(parse =>
        {
            var state = CommonOptions.Load(parse.GetRequiredValue(config)).Configuration.Storage.StateDirectory;
            if (StateOwnership.WhyClosed(state) is { } closed)
            {
                Console.Error.WriteLine($"edgerunner: {closed}");
                return ExitCode.Permission;
            }

            var store = new BundleStore(state);
            var models = store.List();
            if (parse.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(models, ModelOutputContext.Default.IReadOnlyListInstalledModel));
            }
            else if (models.Count == 0)
            {
                Console.WriteLine($"no models in {store.Root}; install one with: edgerunner model install FILE.ermodel");
            }
            else
            {
                var table = new TextTable("model", "version", "in use", "bytes");
                foreach (var model in models) table.Add(model.Name, model.Version, model.Active ? "yes" : model.Previous ? "before" : "no", $"{model.SizeBytes}");
                table.WriteTo(Console.Out);
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
