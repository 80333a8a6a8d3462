using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Device.Windows;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Benchmarks;

/// <summary><c>pipeline</c>: the inner loop of <c>PipelineLoop</c> with its own parts; only the source is missing, whose wait is no work.</summary>
/// <remarks>With a pause between windows the caches and the core are as cold as on a device, which waits for its sensor; without one they are hot.</remarks>
internal static class PipelineBenchmark
{
    internal static PipelineResult Run(BenchmarkModel loaded, string bundlePath, int windows, int warmup, TimeSpan pause)
    {
        var options = new PipelineOptions
        {
            Source = new ReplaySourceOptions { Pace = ReplayPace.RealTime },
            Window = new WindowOptions { Length = 1 },
            Decision = new ArgmaxDecisionOptions { Output = loaded.Model.Outputs[0].Name, Scores = loaded.Model.Outputs[1].Name },
        };
        var frame = MemoryMarshal.Cast<byte, float>(loaded.Input).ToArray();
        using var bundle = ModelBundle.Open(bundlePath, BundleLimits.Default);
        var fit = ModelFit.Of(options, bundle.Manifest);
        var assembler = new WindowAssembler(options.Window, frame.Length, 1000, fit.Input.Type, ModelFit.CountElements(fit.Input), fit.Input.Name);
        using var model = ServingModel.Load(bundle, fit, "bench", assembler, loaded.Runtime, new ModelLoadOptions());
        using var intake = new TelemetryIntake(new Device.Telemetry.TelemetryOptions());
        var (records, events) = (intake.Open("bench"), intake.Open(EventStream.Name));
        var counters = new PipelineCounters();
        var telemetry = new PipelineTelemetry(records, events, options, counters);
        using var watchdog = new RunWatchdog(TimeProvider.System);
        using var guard = new ModelGuard(
            options.Guard, watchdog.Watch(loaded.Runtime.OnnxRuntime, TimeSpan.FromMilliseconds(options.Guard.RunTimeoutMs)), counters, TimeProvider.System);
        var segments = new SegmentTracker();
        var (decided, recorded) = (new Samples(windows), new Samples(windows));
        var (allocated, allocatedBefore) = (0L, 0L);
        for (var i = -warmup; i < windows; i++)
        {
            if (i == 0) GC.Collect();
            if (pause > TimeSpan.Zero) Thread.Sleep(pause);
            frame.CopyTo(assembler.Staging);
            allocatedBefore = GC.GetAllocatedBytesForCurrentThread();

            var complete = Stopwatch.GetTimestamp();
            assembler.Accept(1);
            if (!assembler.TryTake(model.Input.Tensor.Bytes)) throw new InvalidOperationException("a frame is not a window");
            counters.CountWindow();
            if (guard.Run(model, out _) != FaultKind.None) throw new InvalidOperationException("the model failed");
            var decision = model.Decide();
            var taken = Stopwatch.GetTimestamp();
            counters.CountDecision(decision.Changed);
            telemetry.Offer(model.Writer, segments, counters.Windows, assembler.NewFrame, assembler.EndFrame, decision, taken - complete, CancellationToken.None);
            var offered = Stopwatch.GetTimestamp();

            Empty(records); // What the committer does, on its own thread.
            Empty(events);
            if (i < 0) continue;
            allocated += GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
            decided.Add(complete, taken);
            recorded.Add(complete, offered);
        }

        return new PipelineResult(decided.Summarize(), recorded.Summarize(), (double)allocated / windows, telemetry.Dropped);
    }

    private static void Empty(TelemetryQueue queue) => queue.Release(queue.Head + queue.UsedBytes);
}
