using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Serving;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner status</c>: how the daemon and every pipeline is.</summary>
internal static class StatusCommand
{
    private const int LastLines = 10;

    public static Command Create()
    {
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var watch = new Option<bool>("--watch", "-w") { Description = "Show it again every second, until Ctrl-C." };
        var command = new Command("status", "Show how the daemon and every pipeline is.") { config, json, watch };
        command.SetAction((parse, cancellationToken) => RunAsync(parse.GetRequiredValue(config), parse.GetValue(json), parse.GetValue(watch), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, bool json, bool watch, CancellationToken cancellationToken)
    {
        var storage = CommonOptions.Load(path).Configuration.Storage;
        using var client = new ControlSocketClient(ControlSocket.PathIn(storage.RuntimeDirectory));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        do
        {
            try
            {
                var status = await client.GetAsync("/v1/status", StatusJsonContext.Default.DaemonStatus, cancellationToken).ConfigureAwait(false);
                if (watch && !json && !Console.IsOutputRedirected) Console.Write("\e[H\e[2J"); // Home, clear.
                if (json) Console.WriteLine(JsonSerializer.Serialize(status, StatusJsonContext.Default.DaemonStatus));
                else Write(status, Console.Out);
            }
            catch (DaemonUnavailableException e)
            {
                await Console.Error.WriteLineAsync($"edgerunner: {e.Message}").ConfigureAwait(false);
                if (!json) WriteLastWords(Path.Combine(storage.LogDirectory, "status.log"));
                return e.Reason == DaemonUnavailableReason.Permission ? ExitCode.Permission : ExitCode.Unavailable;
            }
        }
        while (watch && await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        return ExitCode.Ok;
    }

    private static void Write(DaemonStatus status, TextWriter output)
    {
        output.WriteLine($"{status.Device} ({status.Fleet})  edgerunner {status.Version}  {status.Health}  up {Duration(status.UptimeSeconds)}  {Mebibytes(status.PssBytes)}");
        output.WriteLine($"engine     {(status.Inference is { } engine ? $"ONNX Runtime {engine.Version} ({string.Join(", ", engine.Models.Select(model => model.Used[0]).DefaultIfEmpty("no model").Distinct(StringComparer.Ordinal))})" : "not loaded")}");
        if (status.Inference is not null) WriteEngine(status.Inference, output);
        output.WriteLine($"broker     {status.Broker.Address}{(status.Broker.Tls ? " TLS" : "")}  {(status.Broker.Connected ? "connected" : $"not connected: {status.Broker.Reason}")}");
        var telemetry = status.Telemetry;
        output.WriteLine(
            $"telemetry  {telemetry.Accepted} accepted  {telemetry.Uploaded} uploaded  {telemetry.PendingRecords} waiting ({Mebibytes(telemetry.PendingBytes)})  " +
            $"{telemetry.Dropped.Values.Sum()} lost by policy{(telemetry.Mode == Telemetry.OutboxMode.Durable ? "" : $"  {telemetry.Mode}: {telemetry.LastFailure}")}");
        var problems = status.Components.Where(entry => StatusReporter.IsProblem(entry.State)).ToList();
        if (problems.Count > 0) output.WriteLine();
        foreach (var entry in problems) output.WriteLine($"! {entry.Component} {entry.State.ToString().ToLowerInvariant()}: {entry.Reason}");
        if (status.Pipelines.Count == 0) return;

        output.WriteLine();
        var table = new TextTable("pipeline", "state", "model", "label", "windows", "p50 µs", "p99 µs", "max µs", "changes", "invalid", "skipped", "dropped");
        foreach (var pipeline in status.Pipelines)
        {
            table.Add(
                pipeline.Name, pipeline.State.ToString().ToLowerInvariant(), pipeline.Model ?? "-", pipeline.Label ?? "-", Number(pipeline.Windows), Number(pipeline.LatencyP50Us),
                Number(pipeline.LatencyP99Us), Number(pipeline.LatencyMaxUs), Number(pipeline.Changes), Number(pipeline.InvalidOutputs + pipeline.RunErrors),
                Number(pipeline.FramesSkipped), Number(pipeline.RecordsDropped));
        }

        table.WriteTo(output);
        foreach (var pipeline in status.Pipelines.Where(pipeline => pipeline.Parallel is not null)) output.WriteLine($"{pipeline.Name} runs {pipeline.Parallel}");
    }

    private static void WriteEngine(InferenceStatus engine, TextWriter output)
    {
        foreach (var build in engine.EngineBuilds) output.WriteLine($"           {build.Model}, {build.File}: TensorRT builds its engine, {Duration(build.ElapsedSeconds)} so far");
        foreach (var model in engine.Models)
        {
            foreach (var unused in model.NotUsed) output.WriteLine($"           {model.Model}, {model.File} runs on {model.Used[0]}, {unused.Provider} is not used: {unused.Reason}");
        }

        if (engine.Cache is not { } cache) return;
        output.WriteLine(cache.Problem is null
            ? $"cache      {cache.Files} optimised models ({Mebibytes(cache.Bytes)})  {cache.Loaded} loaded  {cache.Built} built  {cache.Rejected} rejected  {cache.TooSmall} too small to gain"
            : $"cache      not used: {cache.Problem}");
    }

    // A dead daemon answers nothing, but what it last wrote says why.
    private static void WriteLastWords(string statusLog)
    {
        try
        {
            var lines = File.ReadLines(statusLog).TakeLast(LastLines).ToList();
            Console.WriteLine($"The last lines of {statusLog}:");
            lines.ForEach(line => Console.WriteLine($"  {line}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There was never a daemon, or its log is not for this user: the first line has said what to do.
        }
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");

    private static string Duration(double seconds) => TimeSpan.FromSeconds(seconds) is { TotalHours: >= 1 } time ? $"{(int)time.TotalHours} h {time.Minutes} min" : $"{seconds:0} s";
}
