using System.Text.Json;
using EdgeRunner.Benchmarks;

// scripts/bench.sh drives this; docs/benchmarks/README.md says what each number means. Prints one JSON object.
//   specs    --bundle B --rows FILE [--row N] --output DIR
//   engine   --bundle B --rows FILE [--row N] [--runs N] [--warmup N]
//   pipeline --bundle B --rows FILE [--row N] [--windows N] [--warmup N] [--pause-ms N]
//   trust    [--targets N] [--hostile 1] [--refreshes N] [--warmup N]
//   parallel --bundle B [--runs N] [--warmup N] [--pause-ms N]
//   large-model --output DIR [--megabytes N] [--head SEED] [--version V]
//   transfer --port N --root FILE --version V --state DIR --device ID [--rounds N] [--keep 1] [--alarms-hz N] [--window BYTES]
//   daemon   --program P --config FILE [--starts N] [--settle-ms N]
Environment.SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1");
var arguments = new Arguments(args);
switch (arguments.Command)
{
    case "specs":
        using (var loaded = BenchmarkModel.Load(arguments)) LoopSpecs.Write(loaded, arguments.Text("output"));
        return 0;
    case "engine":
        using (var loaded = BenchmarkModel.Load(arguments))
            Console.WriteLine(JsonSerializer.Serialize(EngineBenchmark.Run(loaded, arguments.Number("runs", 10_000), arguments.Number("warmup", 500)), ResultsJsonContext.Default.EngineResult));
        return 0;
    case "pipeline":
        using (var loaded = BenchmarkModel.Load(arguments))
        {
            var pause = TimeSpan.FromMilliseconds(arguments.Number("pause-ms", 0));
            var result = PipelineBenchmark.Run(loaded, arguments.Text("bundle"), arguments.Number("windows", 20_000), arguments.Number("warmup", 500), pause);
            Console.WriteLine(JsonSerializer.Serialize(result, ResultsJsonContext.Default.PipelineResult));
        }

        return 0;
    case "trust":
        Console.WriteLine(JsonSerializer.Serialize(
            await TrustBenchmark.RunAsync(arguments.Number("targets", 10), arguments.Number("hostile", 0) == 1, arguments.Number("refreshes", 50), arguments.Number("warmup", 5)),
            ResultsJsonContext.Default.TrustResult));
        return 0;
    case "parallel":
        Console.WriteLine(JsonSerializer.Serialize(
            ParallelBenchmark.Run(arguments.Text("bundle"), arguments.Number("runs", 2_000), arguments.Number("warmup", 200), TimeSpan.FromMilliseconds(arguments.Number("pause-ms", 0))),
            ResultsJsonContext.Default.ParallelResult));
        return 0;
    case "large-model":
        LargeModel.Write(arguments.Text("output"), arguments.Number("megabytes", 100), arguments.Number("head", 1), arguments.Text("version"));
        return 0;
    case "transfer":
        await using (var transfer = new TransferBenchmark(arguments)) Console.WriteLine(JsonSerializer.Serialize(await transfer.RunAsync(), ResultsJsonContext.Default.TransferResult));
        return 0;
    case "daemon":
        var settle = TimeSpan.FromMilliseconds(arguments.Number("settle-ms", 0));
        Console.WriteLine(JsonSerializer.Serialize(
            DaemonBenchmark.Run(arguments.Text("program"), arguments.Text("config"), arguments.Number("starts", 1), settle), ResultsJsonContext.Default.DaemonResult));
        return 0;
    default:
        Console.Error.WriteLine("usage: EdgeRunner.Benchmarks specs|engine|pipeline|parallel|trust|large-model|transfer|daemon --name value ...");
        return 2;
}
