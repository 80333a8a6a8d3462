using System.Diagnostics;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Benchmarks;

/// <summary><c>engine</c>: <c>ModelInstance.Run</c> in a loop, with the clock read around each run, as <c>native/ort_loop.c</c> does.</summary>
internal static class EngineBenchmark
{
    internal static EngineResult Run(BenchmarkModel loaded, int runs, int warmup)
    {
        var model = loaded.Model;
        loaded.Input.CopyTo(model.Inputs[0].Tensor.Bytes);
        var times = new Samples(runs);
        Loop(model, new Samples(warmup), warmup); // Also what the loop's own statics allocate at their first use.
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Loop(model, times, runs);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return new EngineResult(times.Summarize(), (double)allocated / runs);
    }

    private static void Loop(ModelInstance model, Samples times, int runs)
    {
        for (var i = 0; i < runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            model.Run();
            times.Add(start, Stopwatch.GetTimestamp());
        }
    }
}
