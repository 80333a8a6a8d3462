using System.Diagnostics;

namespace EdgeRunner.Benchmarks;

/// <summary><c>engine</c>: <c>ModelInstance.Run</c> in a loop, with the clock read around each run, as <c>native/ort_loop.c</c> does.</summary>
internal static class EngineBenchmark
{
    internal static EngineResult Run(BenchmarkModel loaded, int runs, int warmup)
    {
        var model = loaded.Model;
        loaded.Input.CopyTo(model.Inputs[0].Tensor.Bytes);
        var times = new Samples(runs);
        for (var i = 0; i < warmup; i++) model.Run();
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            model.Run();
            times.Add(start, Stopwatch.GetTimestamp());
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return new EngineResult(times.Summarize(), (double)allocated / runs);
    }
}
