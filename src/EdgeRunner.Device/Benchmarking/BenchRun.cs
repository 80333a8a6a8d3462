using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Sessions.Caching;
using EdgeRunner.Inference.Sessions.Providers;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>One <c>edgerunner bench</c>: memory first, then the settings in turn, round by round, so that what disturbs the machine disturbs all alike.
/// One model is loaded at a time.</summary>
internal sealed class BenchRun(ModelRuntime runtime, string bundlePath, IReadOnlyList<string> inputFiles, BenchOrder order, TimeProvider timeProvider, Action<string> progress)
{
    /// <summary>Measures everything.</summary>
    /// <exception cref="BundleException">The bundle is refused.</exception>
    /// <exception cref="BenchInputException">An input does not fit.</exception>
    /// <exception cref="Native.OnnxRuntime.OrtException">ONNX Runtime refuses the model, or a run failed.</exception>
    /// <exception cref="OperationCanceledException">Broken off.</exception>
    public BenchReport Measure(CancellationToken cancellationToken)
    {
        var machine = MachineFacts.Read();
        var date = timeProvider.GetUtcNow();
        progress("memory and steps");
        var (memory, warm, steps, parallel) = MeasureMemory(cancellationToken);
        using var bundle = ModelBundle.Open(bundlePath);
        var inputs = BenchInputs.Choose(bundle, inputFiles);
        var measurements = order.Settings.Select(setting => new SettingMeasurement(setting, order, timeProvider)).ToArray();
        for (var round = 0; round < order.Rounds; round++)
        {
            for (var i = 0; i < measurements.Length; i++)
            {
                // The order moves by one each round, so that none is always the first after a pause.
                var measurement = measurements[(i + round) % measurements.Length];
                progress($"round {round + 1} of {order.Rounds}, {measurement.Setting}");
                measurement.Round(() => Load(bundle, measurement.Setting), inputs, round, cancellationToken);
            }
        }

        BenchSettingResult[] results = [.. measurements.Select(measurement => measurement.Result())];
        var used = runtime.Providers.Reports;
        return new BenchReport(
            V: 1,
            bundle.Manifest.Title,
            bundle.Sha256,
            date,
            machine,
            runtime.OnnxRuntime.Version,
            string.Join(", ", used.Select(file => file.Used[0]).DefaultIfEmpty("none").Distinct(StringComparer.Ordinal)),
            DaemonHost.Version,
            inputs.Description,
            new BenchWarmUp(order.WarmUpRuns, order.WarmUpRuns is { } runs ? $"{runs} runs" : WarmUp.Rule),
            order.Rounds,
            order.Interval.TotalMilliseconds,
            memory,
            results,
            steps,
            parallel,
            Recommender.Choose(results),
            used,
            runtime.Cache?.Status,
            [.. order.Notes, .. EngineNotes(used, runtime.Cache?.Status), .. Notes(machine, results, warm)]);
    }

    private ModelInstance Load(ModelBundle bundle, BenchSetting setting) =>
        ModelInstance.Load(runtime, bundle, order.Session with { IntraOpThreads = setting.Threads, AllowSpinning = setting.Spinning });

    /// <summary>The bundle is opened for this alone: what it takes while the model loads belongs to the peak, and is gone afterwards, as in the daemon.</summary>
    private (BenchMemory Memory, WarmUpResult Warm, IReadOnlyList<BenchStep> Steps, ParallelDecision Parallel) MeasureMemory(CancellationToken cancellationToken)
    {
        GC.Collect();
        PeakMemory.Reset();
        var before = ProcessMemory.ReadSelf();
        using var model = LoadAlone(out var inputs);
        var feed = new InputFeed(model, inputs);
        var warm = order.WarmUpRuns is { } runs ? WarmUp.Fixed(model, feed, Math.Max(1, runs), cancellationToken) : WarmUp.UntilStable(model, feed, cancellationToken);
        GC.Collect();
        var (after, peak) = (ProcessMemory.ReadSelf(), PeakMemory.Read());
        var memory = new BenchMemory(after?.PssBytes, after?.RssBytes, peak, after?.PssBytes - before?.PssBytes, peak - before?.RssBytes);
        return (memory, warm, StepMeasurement.Measure(model, feed, cancellationToken), model.Parallel);
    }

    private ModelInstance LoadAlone(out BenchInputs inputs)
    {
        using var bundle = ModelBundle.Open(bundlePath);
        inputs = BenchInputs.Choose(bundle, inputFiles);
        return Load(bundle, order.Settings[0]);
    }

    private static IEnumerable<string> EngineNotes(IReadOnlyList<ProviderReport> used, OptimizedModelCacheStatus? cache)
    {
        foreach (var file in used)
        {
            foreach (var unused in file.NotUsed) yield return $"{file.File} ran on {file.Used[0]}, {unused.Provider} is not used: {unused.Reason}";
        }

        if (cache?.Problem is { } problem) yield return $"the cache of optimised models was not used: {problem}";
        else if (cache?.Built > 0) yield return "the optimised model went into the cache during this measurement: memory and its peak are those of a first start, later ones take less";
    }

    private static IEnumerable<string> Notes(MachineFacts machine, BenchSettingResult[] results, WarmUpResult warm)
    {
        if (warm.Stable is false || results.Any(result => result.WarmUpStable is false)) yield return $"the latency did not settle during a warm-up ({WarmUp.Rule}): the machine is busy, throttled, or the model's time depends on its input";
        if (machine.LoadAverage > machine.Cores * 0.5) yield return $"other programs were at work (load average {machine.LoadAverage} on {machine.Cores} cores): p99 and above say more about them than about the model";
        if (machine.Governor is { } governor && governor is not "performance") yield return $"the frequency of the processor changes with the load (governor {governor}): paced runs may find it slow";
        var few = results.SelectMany(result => new[] { result.BackToBack, result.Paced }).Where(summary => summary is { Runs: < 1000 }).ToArray();
        if (few.Length > 0) yield return $"where fewer than 1000 runs were made ({few.Min(summary => summary!.Runs)} at the least), p99.9 is the slowest run; --seconds gives more";
        if (results.FirstOrDefault(result => result.Threads > machine.Cores) is { } many) yield return $"{many.Setting}: more threads than the {machine.Cores} cores this process may use";
    }
}
