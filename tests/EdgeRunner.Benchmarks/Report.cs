using System.Text.Json;

namespace EdgeRunner.Benchmarks;

/// <summary>Reads what the rounds left in a directory (<c>NAME.c.jsonl</c> and <c>NAME.engine.jsonl</c>, line by line in step; <c>NAME.daemon.jsonl</c>
/// and <c>NAME.status.json</c>), writes the result as JSON and prints it as tables.</summary>
internal static class Report
{
    internal static int Write(string directory, string resultFile)
    {
        var result = new BenchmarkResult(
            [.. Files(directory, ".engine.jsonl").Select(name => ReadEngine(directory, name))],
            [.. Files(directory, ".daemon.jsonl").Select(name => ReadDaemon(directory, name))]);
        File.WriteAllText(resultFile, JsonSerializer.Serialize(result, BenchmarkJsonContext.Default.BenchmarkResult));

        Console.WriteLine($"{"engine / plain C",-18}{"C p50",10}{"engine p50",12}{"p50",8}{"p99",8}{"p99.9",8}{"bytes/run",11}{"same output",13}");
        foreach (var model in result.Engine)
        {
            Console.WriteLine($"{model.Model,-18}{Micro(model.CP50Ns),10}{Micro(model.EngineP50Ns),12}{model.P50Ratio,7:F3}x{model.P99Ratio,7:F3}x{model.P999Ratio,7:F3}x{model.AllocatedBytesPerRun,11:F1}{(model.SameOutput ? "yes" : "NO"),13}");
        }
        Console.WriteLine("bars:                                         1.050x  1.100x                   0.0          yes");
        if (result.Daemon.Count > 0)
        {
            Console.WriteLine();
            Console.WriteLine($"{"daemon",-18}{"ready ms",10}{"PSS MiB",10}{"windows",10}{"p50 µs",9}{"p99 µs",9}{"p99.9 µs",10}");
            foreach (var daemon in result.Daemon) Print(daemon);
        }
        return result.Engine.All(model => model.SameOutput) ? 0 : 1;
    }

    private static void Print(DaemonResult daemon)
    {
        Console.Write($"{daemon.Configuration,-18}{daemon.ReadyMs,10:F0}{daemon.PssBytes / (1 << 20),10:F1}");
        if (daemon.Pipelines is { ValueKind: JsonValueKind.Array } pipelines && pipelines.GetArrayLength() > 0)
        {
            var pipeline = pipelines[0];
            Console.Write($"{pipeline.GetProperty("windows").GetInt64(),10}{Number("latencyP50Us"),9:F1}{Number("latencyP99Us"),9:F1}{Number("latencyP999Us"),10:F1}");
            double Number(string name) => pipeline.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : double.NaN;
        }
        Console.WriteLine();
    }

    private static EngineResult ReadEngine(string directory, string name)
    {
        var c = ReadRounds(directory, name + ".c.jsonl");
        var engine = ReadRounds(directory, name + ".engine.jsonl");
        var pairs = c.Zip(engine).ToArray();
        return new EngineResult(name, pairs.Length, Median(c.Select(round => (double)round.P50Ns)), Median(engine.Select(round => (double)round.P50Ns)),
            Median(pairs.Select(pair => (double)pair.Second.P50Ns / pair.First.P50Ns)),
            Median(pairs.Select(pair => (double)pair.Second.P99Ns / pair.First.P99Ns)),
            Median(pairs.Select(pair => (double)pair.Second.P999Ns / pair.First.P999Ns)),
            engine.Max(round => round.AllocatedBytesPerRun ?? 0),
            // The C loop prints nine digits.
            pairs.All(pair => Math.Abs(pair.First.FirstOutput - pair.Second.FirstOutput) <= 1e-6 * Math.Max(1, Math.Abs(pair.First.FirstOutput))),
            [.. pairs.SelectMany(pair => (Round[])[pair.First, pair.Second])]);
    }

    private static DaemonResult ReadDaemon(string directory, string name)
    {
        var runs = File.ReadAllLines(Path.Combine(directory, name + ".daemon.jsonl")).Select(line => JsonSerializer.Deserialize(line, BenchmarkJsonContext.Default.DaemonStart)!).ToArray();
        using var status = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, name + ".status.json")));
        return new DaemonResult(name, runs.Length, Median(runs.Select(run => run.ReadyMs)), Median(runs.Select(run => (double)run.PssBytes)),
            status.RootElement.TryGetProperty("pipelines", out var pipelines) ? pipelines.Clone() : null);
    }

    private static Round[] ReadRounds(string directory, string file) =>
        [.. File.ReadAllLines(Path.Combine(directory, file)).Select(line => JsonSerializer.Deserialize(line, BenchmarkJsonContext.Default.Round)!)];

    private static IEnumerable<string> Files(string directory, string ending) =>
        Directory.EnumerateFiles(directory, "*" + ending).Select(path => Path.GetFileName(path)[..^ending.Length]).Order(StringComparer.Ordinal);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Micro(double nanoseconds) => $"{nanoseconds / 1000:F2} µs";
}
