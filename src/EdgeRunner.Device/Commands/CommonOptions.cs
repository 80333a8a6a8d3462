using System.CommandLine;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Commands;

/// <summary>Options that several commands share, and what they stand for.</summary>
internal static class CommonOptions
{
    /// <summary><c>--config FILE</c>.</summary>
    /// <param name="mayBeMissing">For commands that say themselves what is wrong with it.</param>
    public static Option<string> Config(bool mayBeMissing = false)
    {
        var config = new Option<string>("--config", "-c")
        {
            Description = "The configuration file; conf.d/*.json beside it and EDGERUNNER__... variables are added.",
            HelpName = "FILE",
            DefaultValueFactory = _ => ConfigurationLoader.DefaultPath,
        };
        // A device without a file has the defaults. Who names a file means it: without this a misspelt one would install into the stores of the real device.
        config.Validators.Add(result =>
        {
            if (!mayBeMissing && !result.Implicit && result.GetValue(config) is { } path && !File.Exists(path)) result.AddError($"--config {path}: no such file");
        });
        return config;
    }

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON, for programs." };

    /// <summary><c>--onnxruntime LIBRARY</c>.</summary>
    public static Option<string?> OnnxRuntime() => new("--onnxruntime")
    {
        Description = "The ONNX Runtime library to load; default: EDGERUNNER_ONNXRUNTIME, beside the program, the system's.",
        HelpName = "LIBRARY",
    };

    /// <summary>Reads the configuration of this machine.</summary>
    public static ConfigurationResult Load(string path) => ConfigurationLoader.Load(path, Environment.GetEnvironmentVariables(), Environment.MachineName);

    /// <summary>Loads ONNX Runtime for a command that runs a model.</summary>
    public static ModelRuntime LoadRuntime(string? library) => ModelRuntime.Load(new ModelRuntimeOptions { LibraryPath = library });
}
