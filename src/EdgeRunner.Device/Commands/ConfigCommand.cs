using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner config check|show</c>.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new("config", "Check or show the configuration.") { Check(), Show() };

    private static Command Check()
    {
        var config = CommonOptions.Config(mayBeMissing: true);
        var json = CommonOptions.Json();
        var command = new Command("check", "Say what is wrong with the configuration; exit code 78 if something is.") { config, json };
        command.SetAction(parse =>
        {
            var result = CommonOptions.Load(parse.GetRequiredValue(config));
            if (parse.GetValue(json)) Print(new ConfigurationCheckOutput(result.Errors.Count == 0, [.. result.Errors.Select(error => new ConfigurationErrorOutput(error.Origin.ToString(), error.Key, error.Message, error.Pipeline))], result.CannotRunReason) { MissingFiles = ReferredFiles.FindMissing(result.Configuration) });
            else Describe(result);
            return result.Errors.Count == 0 ? ExitCode.Ok : ExitCode.Configuration;
        });
        return command;
    }

    private static Command Show()
    {
        var config = CommonOptions.Config(mayBeMissing: true);
        var json = CommonOptions.Json();
        var command = new Command("show", "Show every effective value and where it comes from; secrets are masked.") { config, json };
        command.SetAction(parse =>
        {
            var result = CommonOptions.Load(parse.GetRequiredValue(config));
            if (parse.GetValue(json)) Print([.. result.Report.Entries.Select(entry => new ConfigurationEntryOutput(entry.Key, entry.Value, entry.Origin.ToString()))]);
            else result.Report.WriteEntries(Console.Out);
            foreach (var error in result.Errors) Console.Error.WriteLine($"edgerunner: {error}");
            return result.Errors.Count == 0 ? ExitCode.Ok : ExitCode.Configuration;
        });
        return command;
    }

    private static void Describe(ConfigurationResult result)
    {
        result.Report.WriteErrors(Console.Out);
        var disabled = result.DisabledPipelines.Count == 0 ? "" : $", {result.DisabledPipelines.Count} disabled";
        Console.WriteLine($"{result.Files.Count} file(s), {result.Configuration.Pipelines.Count} pipeline(s){disabled}, {result.Errors.Count} error(s)");
        foreach (var missing in ReferredFiles.FindMissing(result.Configuration)) Console.WriteLine($"on this machine, for this user: {missing}");
        if (!result.CanRun) Console.WriteLine($"nothing can run: {result.CannotRunReason}");
    }

    private static void Print(ConfigurationCheckOutput output) => Console.WriteLine(JsonSerializer.Serialize(output, ConfigurationOutputContext.Default.ConfigurationCheckOutput));

    private static void Print(IReadOnlyList<ConfigurationEntryOutput> output) =>
        Console.WriteLine(JsonSerializer.Serialize(output, ConfigurationOutputContext.Default.IReadOnlyListConfigurationEntryOutput));
}

internal sealed record ConfigurationErrorOutput(string Origin, string Key, string Message, string? Pipeline);

internal sealed record ConfigurationCheckOutput(bool Valid, IReadOnlyList<ConfigurationErrorOutput> Errors, string? CannotRun)
{
    /// <summary>Files that are named and that this machine, or this user, does not have; no errors, since it may not be the machine that the configuration is for.</summary>
    public IReadOnlyList<string> MissingFiles { get; init; } = [];
}

internal sealed record ConfigurationEntryOutput(string Key, string Value, string Origin);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ConfigurationCheckOutput))]
[JsonSerializable(typeof(IReadOnlyList<ConfigurationEntryOutput>))]
internal sealed partial class ConfigurationOutputContext : JsonSerializerContext;
