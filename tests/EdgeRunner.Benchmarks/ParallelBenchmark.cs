using System.Diagnostics;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Benchmarks;

/// <summary><c>parallel</c>: one bundle in turn and side by side, run by run, so that what disturbs the machine disturbs both alike.</summary>
internal static class ParallelBenchmark
{
    /// <param name="bundlePath">A graph with independent steps.</param>
    /// <param name="runs">Runs of each.</param>
    /// <param name="warmup">Runs of each before.</param>
    /// <param name="pause">Between two runs; long enough and the workers are parked when a run begins.</param>
    internal static ParallelResult Run(string bundlePath, int runs, int warmup, TimeSpan pause)
    {
        using var runtime = ModelRuntime.Load();
        using var bundle = ModelBundle.Open(bundlePath, BundleLimits.Default);
        using var auto = ModelInstance.Load(runtime, bundle);
        using var inTurn = ModelInstance.Load(runtime, bundle, new ModelLoadOptions { Parallel = ParallelMode.Off });
        using var beside = ModelInstance.Load(runtime, bundle, new ModelLoadOptions { Parallel = ParallelMode.On });
        Loop(inTurn, beside, new Samples(warmup), new Samples(warmup), warmup, pause);
        GC.Collect();
        var (one, other) = (new Samples(runs), new Samples(runs));
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Loop(inTurn, beside, one, other, runs, pause);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var (first, second) = (one.Summarize(), other.Summarize());
        return new ParallelResult(auto.Parallel, first, second, Math.Round((double)first.P50 / second.P50, 2), (double)allocated / (2 * runs), Environment.ProcessorCount);
    }

    private static void Loop(ModelInstance inTurn, ModelInstance beside, Samples one, Samples other, int runs, TimeSpan pause)
    {
        for (var i = 0; i < runs; i++)
        {
            Measure(inTurn, one, pause);
            Measure(beside, other, pause);
        }
    }

    private static void Measure(ModelInstance model, Samples times, TimeSpan pause)
    {
        if (pause > TimeSpan.Zero)
        {
            Thread.Sleep(pause);
        }
        var start = Stopwatch.GetTimestamp();
        model.Run();
        times.Add(start, Stopwatch.GetTimestamp());
    }
}
