using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Device.Windows;

namespace EdgeRunner.Benchmarks;

/// <summary><c>pipeline</c>: the inner loop of <c>PipelineWorker</c> with its own parts; only the source is missing, whose wait is no work.</summary>
/// <remarks>With a pause between windows the caches and the core are as cold as on a device, which waits for its sensor; without one they are hot.</remarks>
internal static class PipelineBenchmark
{
    internal static PipelineResult Run(BenchmarkModel loaded, int windows, int warmup, TimeSpan pause)
    {
        var model = loaded.Model;
        var (input, output) = (model.Inputs[0], model.Outputs[0]);
        var frame = MemoryMarshal.Cast<byte, float>(loaded.Input).ToArray();
        var assembler = new WindowAssembler(new WindowOptions { Length = 1 }, frame.Length, 1000, input.Spec.Type, input.Tensor.ElementCount, input.Name);
        var decisions = new ArgmaxDecisionMaker(
            new ArgmaxDecisionOptions { Scores = model.Outputs[1].Name }, output.Spec.Type, output.Tensor.ElementCount,
            model.Outputs[1].Spec.Type, model.Outputs[1].Tensor.ElementCount, output.Spec.Labels);
        using var intake = new TelemetryIntake(new Device.Telemetry.TelemetryOptions());
        var (records, events) = (intake.Open("bench"), intake.Open(EventStream.Name));
        var counters = new PipelineCounters();
        var telemetry = new PipelineTelemetry(records, events, new PipelineOptions { Source = new ReplaySourceOptions { Pace = ReplayPace.RealTime } }, counters);
        using var writer = new RecordWriter("bench", decisions.Labels, assembler.RateHz, "1.0.0");
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
            if (!assembler.TryTake(input.Tensor.Bytes)) throw new InvalidOperationException("a frame is not a window");
            counters.CountWindow();
            model.Run();
            var decision = decisions.Decide(output.Tensor.Bytes, model.Outputs[1].Tensor.Bytes);
            var taken = Stopwatch.GetTimestamp();
            counters.CountDecision(decision.Changed);
            telemetry.Offer(writer, segments, counters.Windows, assembler.NewFrame, assembler.EndFrame, decision, taken - complete, CancellationToken.None);
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
