using System.Globalization;
using EdgeRunner.Device.Commands;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>Prints a report for a person.</summary>
internal static class BenchText
{
    /// <summary>Writes all of it.</summary>
    public static void Write(BenchReport report, TextWriter output)
    {
        output.WriteLine($"{report.Model}  {report.Date:yyyy-MM-dd HH:mm} UTC");
        output.WriteLine($"machine   {report.Machine}, load {report.Machine.LoadAverage?.ToString("0.00", CultureInfo.InvariantCulture) ?? "not known"}");
        output.WriteLine($"engine    ONNX Runtime {report.OnnxRuntime}, {report.Provider}, edgerunner {report.EdgeRunner}");
        output.WriteLine(report.Cache is { Problem: null } cache
            ? $"cache     {cache.Loaded} loads from {cache.Directory}, {cache.Built} files built, {cache.TooSmall} loads of models too small to gain"
            : "cache     not used: each load optimises the model anew");
        output.WriteLine($"input     {report.Input.Description}{(report.Input.Entries > 1 ? $", {report.Input.Entries} values in turn" : "")}");
        var first = report.Settings[0];
        output.WriteLine($"warm-up   {report.WarmUp.Rule}{(report.WarmUp.Runs is null ? $": {report.Settings.Max(setting => setting.WarmUpRuns)} runs at most" : "")}");
        if (report.Parallel.Members > 1) output.WriteLine($"members   {report.Parallel}");
        output.WriteLine($"memory    the model adds {BenchWords.Memory(report.Memory.ModelPssBytes)}, at most {BenchWords.Memory(report.Memory.ModelPeakBytes)} while it loads; " +
            $"the process has {BenchWords.Memory(report.Memory.PssBytes)} PSS, {BenchWords.Memory(report.Memory.RssBytes)} RSS");
        output.WriteLine();
        var latency = new TextTable(first.Setting.ToString(), "p50", "p90", "p99", "p99.9", "max", "runs", "runs/s", "B/run");
        Row(latency, "back to back", first.BackToBack);
        if (first.Paced is { } paced) Row(latency, string.Create(CultureInfo.InvariantCulture, $"{report.IntervalMs:0.###} ms apart"), paced);
        latency.WriteTo(output);
        WriteSteps(report, output);
        if (report.Settings.Count > 1) WriteComparison(report, output);
        output.WriteLine();
        output.WriteLine($"recommended: \"intraOpThreads\": {report.Recommendation.IntraOpThreads}, \"allowSpinning\": {(report.Recommendation.AllowSpinning ? "true" : "false")}");
        output.WriteLine($"  {report.Recommendation.Reason}");
        foreach (var note in report.Notes) output.WriteLine($"note: {note}");
    }

    private static void WriteSteps(BenchReport report, TextWriter output)
    {
        if (report.Steps.Count < 2) return; // The only step is the run.
        output.WriteLine();
        var table = new TextTable("step", "kind", "mean", "share");
        foreach (var step in report.Steps) table.Add(step.Name, step.Kind, BenchWords.Time(step.MeanUs), string.Create(CultureInfo.InvariantCulture, $"{step.Share * 100:0.0} %"));
        table.WriteTo(output);
    }

    private static void WriteComparison(BenchReport report, TextWriter output)
    {
        var hasPaced = report.Settings[0].Paced is not null;
        output.WriteLine();
        output.WriteLine($"compared, medians of {report.Rounds} rounds in turn:");
        var table = hasPaced
            ? new TextTable("", "p50", "p99", "runs/s", "CPU/run", "paced p50", "paced p99", "load")
            : new TextTable("", "p50", "p99", "runs/s", "CPU/run", "load");
        foreach (var setting in report.Settings)
        {
            List<string> cells = [setting.Setting.ToString(), BenchWords.Time(setting.BackToBack.TypicalP50Us), BenchWords.Time(setting.BackToBack.TypicalP99Us), Number(setting.BackToBack.RunsPerSecond), BenchWords.Time(setting.BackToBack.CpuUsPerRun)];
            if (setting.Paced is { } paced) cells.AddRange([BenchWords.Time(paced.TypicalP50Us), BenchWords.Time(paced.TypicalP99Us)]);
            cells.Add(BenchWords.Time(setting.LoadMs * 1000));
            table.Add([.. cells]);
        }

        table.WriteTo(output);
    }

    private static void Row(TextTable table, string name, LatencySummary summary) => table.Add(
        name, BenchWords.Time(summary.P50Us), BenchWords.Time(summary.P90Us), BenchWords.Time(summary.P99Us), BenchWords.Time(summary.P999Us), BenchWords.Time(summary.MaxUs),
        Number(summary.Runs), Number(summary.RunsPerSecond), summary.AllocatedBytesPerRun.ToString("0.###", CultureInfo.InvariantCulture));

    private static string Number(double value) => value.ToString(value < 100 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
