using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Probing;
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
        var noProbe = new Option<bool>("--no-probe") { Description = "Do not load and run it first: a model that crashes or is too slow is then found by its pipeline." };
        var command = new Command("install", "Verify a bundle, try it in a child process (see probe), copy it into the store and make it the version in use.")
        {
            file, config, json, keep, noProbe,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var bundle = parse.GetRequiredValue(file);
            var configuration = CommonOptions.Load(parse.GetRequiredValue(config)).Configuration;
            ProbeReport? report = null;
            if (!parse.GetValue(noProbe))
            {
                report = await new ModelProbe(configuration.Inference, TimeProvider.System).RunAsync(bundle, new ProbeLimits(), cancellationToken).ConfigureAwait(false);
                if (!report.Passed) return Refuse(report, parse.GetValue(json));
            }

            return Install(bundle, report?.Sha256, configuration, !parse.GetValue(keep), parse.GetValue(json));
        });
        return command;
    }

    private static int Refuse(ProbeReport report, bool json)
    {
        if (json) Console.WriteLine(JsonSerializer.Serialize(report, ProbeJsonContext.Default.ProbeReport));
        var title = report.Model is null ? "" : $"{report.Model} {report.Version}: ";
        // Nothing is known of the model then, and the person may know better.
        var advice = report.Reason is ProbeReason.RuntimeMissing or ProbeReason.ProbeFailed ? "; --no-probe installs it untried" : "";
        Console.Error.WriteLine($"edgerunner: {title}{report.Summary}; nothing was installed{advice}");
        return ExitCode.Failed;
    }

    private static int Install(string file, string? probedSha256, DeviceConfiguration configuration, bool activate, bool json)
    {
        var store = new BundleStore(configuration.Storage.StateDirectory);
        try
        {
            var model = store.Install(file, activate, probedSha256);
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
