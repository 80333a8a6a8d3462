using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeRunner.Device.Benchmarking;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner bench BUNDLE|NAME</c>: how quick a model is on this machine, and with how many threads it should run.</summary>
internal static class BenchCommand
{
    private const int MaxThreads = 64;
    private const double DefaultSeconds = 2;
    private const double MaxSeconds = 3600;

    private static readonly int[] UsualThreads = [1, 2, 4];

    public static Command Create()
    {
        var which = new Argument<string>("BUNDLE|NAME") { Description = "A bundle file, or the name of an installed model." };
        var input = new Option<string[]>("--input", "-i") { Description = "Value of an input; once for each. An array with one more leading dimension has its entries run in turn. Default: the bundle's golden case, else random numbers.", HelpName = "NAME=FILE.npy" };
        var runs = new Option<int?>("--runs") { Description = "Runs of each setting back to back, and at most so many paced. Default: as many as fit the time.", HelpName = "N" };
        var seconds = new Option<double?>("--seconds") { Description = $"Time for each setting, back to back and as much again paced. Default: {DefaultSeconds:0}; with --runs, as long as the runs back to back take.", HelpName = "S" };
        var warmUp = new Option<int?>("--warmup") { Description = "Runs before each measurement. Default: " + WarmUp.Rule + ".", HelpName = "N" };
        var threads = new Option<string?>("--threads") { Description = "Numbers of intra-op threads to compare. Default: 1, 2 and 4 as far as there are cores, and what is configured.", HelpName = "1,2,4" };
        var spinning = new Option<bool>("--spinning") { Description = "Compare each number of threads above 1 with spinning too." };
        var interval = new Option<double>("--interval") { Description = "Pause before each paced run, in milliseconds; 0 leaves the paced runs out.", HelpName = "MS", DefaultValueFactory = _ => 10 };
        var plot = new Option<string?>("--plot") { Description = "Draw the histograms into this file.", HelpName = "FILE.svg" };
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var library = CommonOptions.OnnxRuntime();
        var command = new Command("bench", "Measure a model on this machine: latency, throughput, memory, and how many threads it should have.")
        {
            which, input, runs, seconds, warmUp, threads, spinning, interval, plot, config, json, library,
        };
        command.SetAction((parse, cancellationToken) =>
        {
            try
            {
                var loaded = CommonOptions.Load(parse.GetRequiredValue(config));
                var configuration = loaded.Configuration;
                if (parse.GetValue(library) is { } path) configuration.Inference.OnnxRuntime = path;
                var session = Session(parse.GetRequiredValue(which), configuration);
                var order = new BenchOrder
                {
                    Settings = Settings(parse.GetValue(threads), parse.GetValue(spinning), session.Options),
                    Session = session.Options,
                    Notes = [.. ConfigurationErrors(loaded, parse.GetRequiredValue(config)).Take(1).Select(error => $"the configuration has errors, and what is wrong has its default: {error}"), .. session.Notes],
                    Runs = (int?)InRange("--runs", parse.GetValue(runs), 1, BenchOrder.MaxRuns),
                    Duration = TimeSpan.FromSeconds(InRange("--seconds", parse.GetValue(seconds), 0.01, MaxSeconds) ?? (parse.GetValue(runs) is null ? DefaultSeconds : MaxSeconds)),
                    PacedDuration = TimeSpan.FromSeconds(parse.GetValue(seconds) ?? DefaultSeconds),
                    WarmUpRuns = (int?)InRange("--warmup", parse.GetValue(warmUp), 0, 1_000_000),
                    Interval = TimeSpan.FromMilliseconds(InRange("--interval", parse.GetValue(interval), 0, 60_000)!.Value),
                };
                Bench(BundleArgument.Find(parse.GetRequiredValue(which), configuration.Storage), parse.GetValue(input) ?? [], order, configuration, parse.GetValue(plot), parse.GetValue(json), cancellationToken);
                return Task.FromResult(ExitCode.Ok);
            }
            catch (Exception e) when (e is BundleException or OrtException or OrtLibraryException or IOException or UnauthorizedAccessException or ModelNotInstalledException or BenchInputException)
            {
                Console.Error.WriteLine($"edgerunner: {e.Message}");
                return Task.FromResult(e is BenchInputException ? ExitCode.Usage : ExitCode.Failed);
            }
        });
        return command;
    }

    /// <summary>The settings to compare: the device's own first, when it is among them.</summary>
    /// <exception cref="BenchInputException">The list cannot be read.</exception>
    internal static IReadOnlyList<BenchSetting> Settings(string? threads, bool spinning, ModelLoadOptions configured)
    {
        var ownThreads = configured.IntraOpThreads ?? 1;
        var counts = threads is null ? [.. UsualThreads.Where(count => count <= Environment.ProcessorCount).Append(ownThreads).Distinct().Order()] : Parse(threads);
        var settings = new List<BenchSetting>();
        foreach (var count in counts)
        {
            settings.Add(new BenchSetting(count, Spinning: false));
            // A single thread has nobody to wait for.
            if (count > 1 && (spinning || (threads is null && configured.AllowSpinning && count == ownThreads))) settings.Add(new BenchSetting(count, Spinning: true));
        }

        var own = new BenchSetting(ownThreads, configured.AllowSpinning && ownThreads > 1);
        return [.. settings.OrderBy(setting => setting == own ? 0 : 1)];
    }

    private static int[] Parse(string threads)
    {
        var words = threads.Split(',', StringSplitOptions.TrimEntries);
        var counts = new int[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            if (!int.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out counts[i]) || counts[i] is < 1 or > MaxThreads)
                throw new BenchInputException($"--threads {threads}: \"{words[i]}\" is not allowed; expected numbers from 1 to {MaxThreads} with commas between them, such as 1,2,4");
        }

        return [.. counts.Distinct()];
    }

    private static double? InRange(string option, double? value, double min, double max) => value is null || (value >= min && value <= max)
        ? value
        : throw new BenchInputException(string.Create(CultureInfo.InvariantCulture, $"{option} {value} is not allowed; expected {min} to {max}"));

    /// <summary>What is wrong with the configuration. That a machine has none is not: a model is measured before a device is set up.</summary>
    private static IEnumerable<ConfigurationError> ConfigurationErrors(ConfigurationResult loaded, string path) =>
        string.Equals(path, ConfigurationLoader.DefaultPath, StringComparison.Ordinal) && !File.Exists(path)
            ? loaded.Errors.Where(error => error.Key.Length > 0)
            : loaded.Errors;

    /// <summary>How the daemon opens this model: as the first pipeline that names it says, else as <c>inference</c> does.</summary>
    internal static (ModelLoadOptions Options, IReadOnlyList<string> Notes) Session(string which, DeviceConfiguration configuration)
    {
        var (inference, isFile) = (configuration.Inference, BundleArgument.IsFile(which));
        var options = new ModelLoadOptions { IntraOpThreads = inference.IntraOpThreads, AllowSpinning = inference.AllowSpinning };
        var own = configuration.Pipelines
            .Where(pipeline => pipeline.Value.Model is { } model && string.Equals(isFile ? model.Bundle : model.Name, isFile ? Path.GetFullPath(which) : which, StringComparison.Ordinal))
            .OrderBy(pipeline => pipeline.Key, StringComparer.Ordinal)
            .Select(pipeline => (pipeline.Key, Options: pipeline.Value.Model!.Session.Apply(options)))
            .FirstOrDefault();
        return own.Key is null || own.Options == options ? (options, []) : (own.Options, [$"opened as pipeline {own.Key} does (pipelines.{own.Key}.model.session)"]);
    }

    private static void Bench(string bundle, string[] inputs, BenchOrder order, DeviceConfiguration configuration, string? plot, bool json, CancellationToken cancellationToken)
    {
        if (plot is not null) PlotFile.Check(plot);
        // A cache that the daemon has not made yet stays unmade: made by another user, or by root, the daemon could not use it.
        var storage = configuration.Storage;
        using var engine = new InferenceEngine(
            configuration.Inference, NullLogger<InferenceEngine>.Instance, Directory.Exists(Path.Combine(storage.CacheDirectory, "models")) ? storage : null);
        var progress = new BenchProgress(isShown: !json && !Console.IsErrorRedirected, Console.Error);
        BenchReport report;
        try
        {
            report = new BenchRun(engine.Get(), bundle, inputs, order, TimeProvider.System, progress.Show).Measure(cancellationToken);
        }
        finally
        {
            progress.Clear();
        }

        if (plot is not null) File.WriteAllText(plot, LatencyPlot.Draw(report));
        if (json) Console.WriteLine(JsonSerializer.Serialize(report, BenchJsonContext.Default.BenchReport));
        else BenchText.Write(report, Console.Out);
    }
}
