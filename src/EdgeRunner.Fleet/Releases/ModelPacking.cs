using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Fleet.Releases;

/// <summary>Packs a model and tries it in ONNX Runtime before the bundle gets its name.</summary>
/// <param name="timeProvider">Clock of the latency measurement.</param>
/// <param name="onnxRuntime">The library, or null for the usual places.</param>
/// <param name="selfTest">False: it is not loaded and not tried. Its graph is checked against the ONNX files all the same.</param>
internal sealed class ModelPacking(TimeProvider timeProvider, string? onnxRuntime, bool selfTest)
{
    /// <summary>Runs that are not counted: caches, page faults and frequency scaling settle. Fewer of a slow model, within <see cref="MaxMeasuredTime"/>.</summary>
    private const int WarmUpRuns = 20;

    /// <summary>Runs that are counted at most. 1000: ten of them lie above the 99th percentile.</summary>
    private const int MaxMeasuredRuns = 1000;

    private static readonly TimeSpan MaxMeasuredTime = TimeSpan.FromSeconds(2);

    /// <exception cref="BundleException">The model is refused; nothing was written.</exception>
    internal PackReport Pack(PackRequest request)
    {
        if (!selfTest)
        {
            return new PackReport(BundlePacker.Pack(request, static _ => { }), golden: null, latency: null, onnxRuntime: null,
                ["It was not tried: its golden cases were not run and its latency was not measured (--no-self-test). Devices run them before they take it."]);
        }
        using var runtime = ModelRuntime.Load(new ModelRuntimeOptions { LibraryPath = onnxRuntime });
        SelfTestResult? golden = null;
        LatencyReport? latency = null;
        var packed = BundlePacker.Pack(request, bundle =>
        {
            using var model = ModelInstance.Load(runtime, bundle);
            golden = model.SelfTest();
            if (!golden.Passed)
            {
                throw new BundleException(BundleErrorReason.Golden, bundle.Path,
                    [.. golden.Cases.SelectMany(one => one.Problems.Select(problem => $"golden case \"{one.Name}\": {problem}"))]);
            }
            latency = Measure(model);
        });
        return new PackReport(packed, golden!, latency!, runtime.OnnxRuntime.Version, [.. Warnings(packed.Manifest, latency!)]);
    }

    /// <summary>Times passes over the inputs the last golden case left, or zeros where there is none.</summary>
    private LatencyReport Measure(ModelInstance model)
    {
        var warm = timeProvider.GetTimestamp();
        for (var i = 0; i < WarmUpRuns && (i == 0 || timeProvider.GetElapsedTime(warm) < MaxMeasuredTime); i++)
        {
            model.Run();
        }
        var times = new List<TimeSpan>(MaxMeasuredRuns);
        var start = timeProvider.GetTimestamp();
        do
        {
            var before = timeProvider.GetTimestamp();
            model.Run();
            times.Add(timeProvider.GetElapsedTime(before));
        }
        while (times.Count < MaxMeasuredRuns && timeProvider.GetElapsedTime(start) < MaxMeasuredTime);
        times.Sort();
        return new LatencyReport(times.Count, times[times.Count / 2].TotalMicroseconds, times[times.Count * 99 / 100].TotalMicroseconds);
    }

    private static IEnumerable<string> Warnings(ModelManifest manifest, LatencyReport latency)
    {
        if (manifest.Golden.Count == 0)
        {
            yield return "There is no golden case: a device cannot tell whether this model still gives the right answers before it is activated.";
        }
        if (manifest.Limits.P99LatencyMicroseconds is { } limit && latency.P99Microseconds > limit)
        {
            yield return $"The 99th percentile is {latency.P99Microseconds:f0} µs on this machine, above the limit of {limit} µs in model.json.";
        }
    }
}
