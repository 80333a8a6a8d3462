using System.Globalization;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Commands;

/// <summary>Prints the daemon's status for a person: what everybody wants to know first, then what is wrong, then each pipeline.</summary>
internal static class StatusText
{
    /// <summary>Writes all of it.</summary>
    public static void Write(DaemonStatus status, TextWriter output)
    {
        output.WriteLine($"{status.Device} ({status.Fleet})  edgerunner {status.Version}  {status.Health}  up {Duration(status.UptimeSeconds)}  {Mebibytes(status.PssBytes)}");
        output.WriteLine($"engine     {(status.Inference is { } engine ? $"ONNX Runtime {engine.Version} ({string.Join(", ", engine.Models.Select(model => model.Used[0]).DefaultIfEmpty("no model").Distinct(StringComparer.Ordinal))})" : "not loaded")}");
        if (status.Inference is not null) WriteEngine(status.Inference, output);
        output.WriteLine($"broker     {status.Broker.Address}{(status.Broker.Tls ? " TLS" : "")}  {(status.Broker.Connected ? "connected" : $"not connected: {status.Broker.Reason}")}");
        var telemetry = status.Telemetry;
        output.WriteLine(
            $"telemetry  {telemetry.PendingRecords} waiting ({Mebibytes(telemetry.PendingBytes)})  since the start: {telemetry.Accepted} accepted  {telemetry.Uploaded} uploaded (with what waited before)  " +
            $"{telemetry.Dropped.Values.Sum()} lost{Kinds(telemetry.Dropped)}{(telemetry.Mode == Telemetry.OutboxMode.Durable ? "" : $"  {telemetry.Mode}: {telemetry.LastFailure}")}");
        if (status.Updates is { } updates) WriteUpdates(updates, output);
        // Refusals are among the problems below; that a wish was granted stands nowhere else.
        foreach (var entry in status.Components.Where(entry => IsRealTime(entry.Component) && entry.State == ComponentState.Running))
            output.WriteLine($"real time  {entry.Component}: {entry.Reason}");
        var problems = status.Components.Where(entry => StatusReporter.IsProblem(entry.State)).ToList();
        if (problems.Count > 0) output.WriteLine();
        foreach (var entry in problems) output.WriteLine($"! {entry.Component} {entry.State.ToString().ToLowerInvariant()}: {entry.Reason}");
        if (status.Pipelines.Count == 0) return;

        output.WriteLine();
        WriteTable(status.Pipelines, output);
        var details = status.Pipelines.SelectMany(Details).ToList();
        if (details.Count > 0) output.WriteLine();
        details.ForEach(output.WriteLine);
    }

    private static string Kinds(IReadOnlyDictionary<string, long> dropped) =>
        dropped.Count == 0 ? "" : $" ({string.Join(", ", dropped.OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => $"{kind.Value} {kind.Key}"))})";

    private static void WriteUpdates(UpdateStatus updates, TextWriter output)
    {
        var next = updates.IsChecking ? "checks now" : updates.NextCheckSeconds is { } seconds ? $"next in {UpdateText.Duration(seconds)}" : "none is due";
        output.WriteLine($"updates    group {updates.Group}  {(updates.LastCheck is { } last ? $"checked {Moment(last)}" : "not yet checked")}  {next}{(updates.Problem is null ? "" : $"  {updates.ProblemCode}: {updates.Problem}")}");
        if (updates.Notice is not null) output.WriteLine($"           {updates.Notice}");
        foreach (var model in updates.Models) output.WriteLine($"           {model.Model} {UpdateWords.Of(model)}");
    }

    private static void WriteTable(IReadOnlyList<PipelineStatus> pipelines, TextWriter output)
    {
        var table = new TextTable("pipeline", "state", "model", "label", "windows", "p50 µs", "p99 µs", "max µs", "changes", "invalid", "skipped", "dropped");
        foreach (var pipeline in pipelines)
        {
            table.Add(
                pipeline.Name, pipeline.State.ToString().ToLowerInvariant(), pipeline.Model ?? "-", pipeline.Label ?? "-", Number(pipeline.Windows), Number(pipeline.LatencyP50Us),
                Number(pipeline.LatencyP99Us), Number(pipeline.LatencyMaxUs), Number(pipeline.Changes), Number(Bad(pipeline.Guard)),
                Number(pipeline.FramesSkipped), Number(pipeline.RecordsDropped));
        }

        table.WriteTo(output);
    }

    /// <summary>What the guard has seen and what became of the last new model; nothing for a pipeline where there was neither.</summary>
    private static IEnumerable<string> Details(PipelineStatus pipeline)
    {
        if (pipeline.Parallel is { } parallel) yield return $"{pipeline.Name} runs {parallel}";
        if (DescribeGuard(pipeline.Guard) is { } guard) yield return $"{pipeline.Name} guard: {guard}";
        if (pipeline.LastSwap is { } swap) yield return $"{pipeline.Name} last swap: {DescribeSwap(swap)}";
    }

    private static string? DescribeGuard(GuardStatus guard)
    {
        var kinds = string.Join(", ", Kinds(guard).Where(kind => kind.Windows > 0).Select(kind => $"{Number(kind.Windows)} {kind.Kind.Word()}"));
        List<string> parts = [];
        if (!guard.Serving) parts.Add($"the model is off since {Moment(guard.Since)}, safe state {guard.SafeLabel ?? "no label"}: {guard.Reason}");
        if (kinds.Length > 0) parts.Add($"bad windows: {kinds}");
        if (guard.TurnedOff > 0) parts.Add($"turned off {Number(guard.TurnedOff)} {(guard.TurnedOff == 1 ? "time" : "times")}, {Number(guard.WindowsWithoutModel)} windows without a model");
        return parts.Count == 0 ? null : string.Join("; ", parts);
    }

    private static string DescribeSwap(PipelineSwap swap)
    {
        var mode = swap.Mode switch
        {
            SwapMode.Beside => " beside the old one",
            SwapMode.DropFirst => " after the old one was dropped",
            _ => "",
        };
        var outcome = swap.Outcome switch
        {
            SwapOutcome.Swapped => $"swapped{mode}",
            SwapOutcome.Pending => $"loaded{mode}, serves from the next window on",
            SwapOutcome.Started => "begun with it",
            SwapOutcome.NextStart => "is taken when the pipeline starts",
            SwapOutcome.Refused => "refused",
            _ => "not taken, as another pipeline refused it",
        };
        var times = new[] { ("load", swap.LoadMs, "ms"), ("warm-up", swap.WarmUpMs, "ms"), ("pause", swap.PauseUs, "µs") }
            .Where(time => time.Item2 is not null).Select(time => $"{time.Item1} {Number(time.Item2!.Value)} {time.Item3}").ToList();
        return $"{Moment(swap.At)}  {swap.From ?? "no model"} -> {swap.To}  {outcome}{(times.Count > 0 ? $" ({string.Join(", ", times)})" : "")}{(swap.Reason.Length > 0 ? $": {swap.Reason}" : "")}";
    }

    private static IEnumerable<(FaultKind Kind, long Windows)> Kinds(GuardStatus guard) =>
    [
        (FaultKind.NaN, guard.Nan), (FaultKind.Infinite, guard.Infinite), (FaultKind.OutOfRange, guard.OutOfRange), (FaultKind.BadLabel, guard.BadLabel),
        (FaultKind.RunError, guard.RunErrors), (FaultKind.Timeout, guard.Timeouts),
    ];

    private static long Bad(GuardStatus guard) => Kinds(guard).Sum(kind => kind.Windows);

    private static bool IsRealTime(string component) => string.Equals(component, MemoryLocking.Component, StringComparison.Ordinal) || component.EndsWith(ThreadPlacement.ComponentSuffix, StringComparison.Ordinal);

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

    private static string Moment(DateTimeOffset? at) => at is { } time ? time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "an unknown time";

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");

    private static string Duration(double seconds) => TimeSpan.FromSeconds(seconds) is { TotalHours: >= 1 } time ? $"{(int)time.TotalHours} h {time.Minutes} min" : $"{seconds:0} s";
}
