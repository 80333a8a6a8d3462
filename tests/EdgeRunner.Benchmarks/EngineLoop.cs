using System.Diagnostics;
using System.Text.Json;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Benchmarks;

/// <summary>The engine's side of <c>native/ort_loop.c</c>: the same model, input and loop, through a <see cref="ModelInstance"/>.</summary>
internal static class EngineLoop
{
    internal static int Run(string bundlePath, string inputFile, int iterations, int warmup)
    {
        using var runtime = ModelRuntime.Load();
        using var bundle = ModelBundle.Open(bundlePath);
        using var model = ModelInstance.Load(runtime, bundle);
        File.ReadAllBytes(inputFile).CopyTo(model.Inputs[0].Tensor.Bytes);

        // Stopwatch reads CLOCK_MONOTONIC in nanoseconds, as the C loop does.
        var times = new long[iterations];
        for (var i = 0; i < warmup; i++) model.Run();
        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < iterations; i++)
        {
            var start = Stopwatch.GetTimestamp();
            model.Run();
            times[i] = Stopwatch.GetTimestamp() - start;
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;

        Array.Sort(times);
        var result = new Round("engine", iterations, (long)times.Average(), At(times, .5), At(times, .9), At(times, .99), At(times, .999), times[^1], First(model.Outputs[0].Tensor),
            (double)allocated / iterations);
        Console.WriteLine(JsonSerializer.Serialize(result, BenchmarkJsonContext.Default.Round));
        return 0;
    }

    private static long At(long[] sorted, double part) => sorted[(long)((sorted.Length - 1) * part)];

    private static double First(OrtTensor tensor) => tensor.ElementType switch
    {
        TensorElementType.Float32 => tensor.AsSpan<float>()[0],
        TensorElementType.Int64 => tensor.AsSpan<long>()[0],
        _ => tensor.Bytes[0],
    };
}
