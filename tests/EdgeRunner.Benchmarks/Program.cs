using EdgeRunner.Benchmarks;

// scripts/bench.sh calls these; each measurement is a process of its own, so that C and C# start equal.
return args switch
{
    ["prepare", var directory] => BenchmarkModels.Prepare(directory),
    ["engine", var bundle, var input, var iterations, var warmup] => EngineLoop.Run(bundle, input, int.Parse(iterations), int.Parse(warmup)),
    ["daemon", var seconds, var statusFile, var program, .. var arguments] => await DaemonRun.RunAsync(double.Parse(seconds), statusFile, program, arguments),
    ["report", var directory, var resultFile] => Report.Write(directory, resultFile),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: EdgeRunner.Benchmarks prepare DIR | engine BUNDLE INPUT ITERATIONS WARMUP | daemon SECONDS STATUS-FILE PROGRAM ARGUMENT... | report DIR RESULT.json");
    return 2;
}
