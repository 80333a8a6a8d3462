using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeRunner.Device.Probing;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner probe BUNDLE</c>: is it safe to run this model here? Asked in a child process under limits.</summary>
internal static class ProbeCommand
{
    private const int MaxSeconds = 86_400;

    public static Command Create()
    {
        var file = new Argument<string>("BUNDLE") { Description = "The bundle, NAME-VERSION.ermodel." };
        var memory = new Option<string?>("--memory-limit")
        {
            Description = "Memory the model may take at its peak, e.g. 256M. Default: what the bundle promises and a quarter more, else 512M.",
            HelpName = "BYTES",
        };
        memory.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && ByteSize.Parse(text) is null)
                result.AddError($"--memory-limit {text} is not allowed; expected {ByteSize.Expected}");
        });
        var cpu = Number("--cpu-seconds", "CPU time of all threads. Default: twice the wall time.", 1, MaxSeconds);
        var wall = Number("--wall-seconds", "Time for all of it. Default: 60.", 1, MaxSeconds);
        var p99 = Number("--p99-limit-us", "Slowest 99th percentile of a run, in microseconds. Default: what the bundle promises and half more, else 250000.", 1, int.MaxValue);
        var runs = Number("--runs", "Timed runs, exactly. Default: 200, fewer of a slow model.", 1, 1_000_000);
        var config = CommonOptions.Config();
        var library = CommonOptions.OnnxRuntime();
        var json = CommonOptions.Json();
        var command = new Command("probe", "Load and run a bundle in a child process under limits and without network, and say whether it is fit for this device.")
        {
            file, memory, cpu, wall, p99, runs, config, library, json,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var limits = new ProbeLimits
            {
                MemoryBytes = parse.GetValue(memory) is { } text ? ByteSize.Parse(text) : null,
                CpuSeconds = parse.GetValue(cpu), WallSeconds = parse.GetValue(wall), P99Microseconds = parse.GetValue(p99), Runs = parse.GetValue(runs),
            };
            // A device without a configuration yet, or with a broken one, can probe all the same: the defaults are those of the daemon.
            var inference = CommonOptions.Load(parse.GetRequiredValue(config)).Configuration.Inference;
            if (parse.GetValue(library) is { } path) inference.OnnxRuntime = Path.GetFullPath(path);
            var report = await new ModelProbe(inference, TimeProvider.System).RunAsync(parse.GetRequiredValue(file), limits, cancellationToken).ConfigureAwait(false);
            if (parse.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(report, ProbeJsonContext.Default.ProbeReport));
            else Write(report);
            return report.Passed ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static Option<int?> Number(string name, string description, int min, int max)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } value && (value < min || value > max))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} {value} is not allowed; expected {min} to {max}"));
        });
        return option;
    }

    private static void Write(ProbeReport report)
    {
        var title = report.Model is null ? report.File : $"{report.Model} {report.Version}";
        Console.WriteLine($"{title}: {report.Summary}");
        if (report.LoadMilliseconds is { } load) Line($"load      {ProbeWords.Time(load * 1000)}, ONNX Runtime {report.OnnxRuntime}, {report.Provider}");
        if (report.Latency is { } run)
            Line($"run       p50 {ProbeWords.Time(run.P50)}  p90 {ProbeWords.Time(run.P90)}  p99 {ProbeWords.Time(run.P99)}  max {ProbeWords.Time(run.Max)}  first {ProbeWords.Time(run.First)}  ({run.Runs} runs)");
        if (report.Memory is { } memory)
            Line($"memory    {ProbeWords.Bytes(memory.ModelPeakBytes)} at the peak, above {ProbeWords.Bytes(memory.BaselineBytes)} without a model; address space {ProbeWords.Bytes(memory.PeakAddressSpaceBytes)}");
        foreach (var golden in report.Golden) Line($"golden    {golden.Name}: {(golden.Passed ? "pass" : "FAIL")}, {golden.Runs} run(s), largest difference {golden.MaxAbsoluteDifference:g3}");
        var limits = report.Limits;
        Line($"limits    memory {ProbeWords.Bytes(limits.MemoryBytes)} ({limits.MemoryFrom}), p99 {ProbeWords.Limit(limits.P99Microseconds)} ({limits.P99From}), {limits.CpuSeconds} s of CPU, {limits.WallSeconds} s in all");
        foreach (var warning in report.Warnings) Line($"warning   {warning}");
        if (!report.Passed)
        {
            foreach (var line in report.StandardError) Line($"stderr    {line}");
        }
    }

    private static void Line(FormattableString text) => Console.WriteLine("  " + text.ToString(CultureInfo.InvariantCulture));
}
