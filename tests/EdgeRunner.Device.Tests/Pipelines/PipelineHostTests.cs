using System.Diagnostics;
using System.Text.Json;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Windows;

namespace EdgeRunner.Device.Tests.Pipelines;

public sealed class PipelineHostTests : IDisposable
{
    private readonly PipelineRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Recording_runs_to_its_end_and_every_window_is_decided_and_recorded()
    {
        using var host = _rig.Host(untilDone: true, ("shuttle", _rig.ShuttlePipeline()));
        await host.StartAsync(default);
        PipelineRig.Wait(() => host.AllDone);

        var status = Assert.Single(host.GetStatus());
        Assert.Equal((256L, 256L, 0L, 0L), (status.Windows, status.Decisions, status.InvalidOutputs, status.RunErrors));
        Assert.Equal((ComponentState.Ended, "shuttle-forest 1.0.0", 0L), (status.State, status.Model, status.RecordsDropped));
        Assert.False(host.AnyFailed);
        Assert.InRange(status.LatencyP50Us, 0.1, 1e6);
        var records = Records("shuttle");
        Assert.Equal(256, records.Count);
        Assert.Equal(Enumerable.Range(1, 256), records.Select(record => record.GetProperty("window").GetInt32()));
        Assert.Equal(256, records[^1].GetProperty("endFrame").GetInt32());
        var labels = records.Select(record => record.GetProperty("label").GetString()).ToList();
        Assert.True(labels.Distinct(StringComparer.Ordinal).Count() > 2);
        // Each change ends one segment and begins another; the end of the input ends the last.
        var changes = 1 + labels.Zip(labels.Skip(1)).Count(pair => !string.Equals(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.Equal(changes, status.Changes);
        var events = Records("event");
        Assert.Equal(2 * changes, events.Count);
        Assert.Equal(256 / 50.0, events[^1].GetProperty("endSeconds").GetDouble());
        Assert.Equal(256 + events.Count, status.RecordsOffered);
    }

    [Fact]
    public async Task Pipeline_that_cannot_start_fails_in_plain_words_and_another_goes_on()
    {
        var damaged = _rig.Directory.File("damaged.ermodel");
        var bytes = File.ReadAllBytes(_rig.Shuttle());
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(damaged, bytes);
        using var host = _rig.Host(
            untilDone: true,
            ("good", _rig.ShuttlePipeline()),
            ("absent", _rig.ShuttlePipeline(options => options.Model = new ModelReferenceOptions { Name = "nobody" })),
            ("damaged", _rig.ShuttlePipeline(options => options.Model = new ModelReferenceOptions { Bundle = damaged })),
            ("wide", _rig.ShuttlePipeline(options => options.Window = new WindowOptions { Length = 4 })),
            ("label", _rig.ShuttlePipeline(options => options.Decision = new ThresholdDecisionOptions { Output = "nothing" })),
            ("silent", _rig.ShuttlePipeline(options => options.Source = new ReplaySourceOptions { File = "/no/such.csv" })));
        await host.StartAsync(default);
        PipelineRig.Wait(() => host.AllDone);

        Assert.True(host.AnyFailed);
        Assert.Equal(256, host.GetStatus().Single(status => status.Name is "good").Windows);
        Assert.Equal(ComponentState.Ended, _rig.States.Find("pipeline good")!.State);
        Failed("absent", "model nobody is not installed in");
        Failed("damaged", damaged);
        Failed("wide", "the model's input x takes 9; set window.length to 1");
        Failed("label", "decision.output is \"nothing\", but the model has no such output; expected one of label, probabilities");
        Failed("silent", "/no/such.csv");

        void Failed(string name, string expected)
        {
            var entry = _rig.States.Find($"pipeline {name}")!;
            Assert.Equal(ComponentState.Failed, entry.State);
            Assert.Contains(expected, entry.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Missing_model_is_tried_again_and_runs_once_it_is_installed()
    {
        using var host = _rig.Host(untilDone: false, ("late", _rig.ShuttlePipeline(options => options.Model = new ModelReferenceOptions { Name = "shuttle-forest" })));
        await host.StartAsync(default);
        PipelineRig.Wait(() => _rig.States.Find("pipeline late")?.State == ComponentState.Failed);
        Assert.Contains("(tried again in ", _rig.States.Find("pipeline late")!.Reason, StringComparison.Ordinal);

        _rig.Store.Install(_rig.Shuttle(), activate: true);

        PipelineRig.Wait(() => host.AllDone);
        Assert.Equal(256, host.GetStatus()[0].Windows);
    }

    [Fact]
    public async Task Stop_is_prompt_while_sources_wait()
    {
        var quiet = new ExecSourceOptions { Command = ["/bin/sleep", "60"], Format = SampleFormat.Csv, Channels = 9 };
        var slow = _rig.ShuttlePipeline(options => ((ReplaySourceOptions)options.Source!).Pace = ReplayPace.RealTime);
        ((ReplaySourceOptions)slow.Source!).SampleRateHz = 0.01;
        using var host = _rig.Host(untilDone: false, ("quiet", _rig.ShuttlePipeline(options => options.Source = quiet)), ("slow", slow));
        await host.StartAsync(default);
        PipelineRig.Wait(() => host.GetStatus().All(status => status.Model is not null));

        var clock = Stopwatch.StartNew();
        await host.StopAsync(default);

        Assert.InRange(clock.ElapsedMilliseconds, 0, 500);
        Assert.True(host.AllDone);
    }

    [Fact]
    public void From_sensor_to_queue_a_window_allocates_nothing_with_its_guard_on()
    {
        var options = _rig.ShuttlePipeline(pipeline => ((ReplaySourceOptions)pipeline.Source!).Loop = true);
        options.Guard = new GuardOptions { RunTimeoutMs = 5_000, MaxErrors = 10, Windows = 100 };
        using var parts = PipelineParts.Open("shuttle", options, options.Model!.Bundle!, _rig.Engine, _rig.Sources);
        var (windows, events) = (_rig.Intake.Open("w"), _rig.Intake.Open("event"));
        options.Telemetry.WhenFull = QueueFullPolicy.Drop;
        var counters = new PipelineCounters();
        var telemetry = new PipelineTelemetry(windows, events, options, counters);
        var (segments, latency) = (new SegmentTracker(), new LatencyHistogram());
        using var guard = new ModelGuard(options.Guard, _rig.Watchdog.Watch(_rig.Engine.Get().OnnxRuntime, TimeSpan.FromSeconds(5)), counters, TimeProvider.System);
        var shadow = new ShadowFeed(parts.Model);
        long window = 0;

        // The steps of the pipeline's thread, on this one.
        Assert.Equal(0, Allocations.Of(() =>
        {
            var frames = parts.Source.Read(parts.Assembler.Staging, default);
            parts.Assembler.Accept(frames);
            while (!parts.Slot.HasRequest && parts.Assembler.TryTake(parts.Model.Input.Tensor.Bytes))
            {
                var model = parts.Model;
                var fault = guard.Run(model, out _);
                var decision = model.Decide();
                latency.Record(window);
                model.Observation.Count(decision, fault, window, isLate: false);
                shadow.Offer(model, decision);
                if (shadow.Peek() is not null && window % 3 == 0) shadow.Release(); // Now and then there is no room.
                telemetry.Offer(model.Writer, segments, ++window, parts.Assembler.NewFrame, parts.Assembler.EndFrame, decision, window, default, fault);
                if (guard.Count(fault)) throw new InvalidOperationException("the model does nothing wrong");
            }
        }, calls: 200));
        Assert.True(window > 300);
        Assert.True(shadow.Skipped > 0);
        Assert.Equal(window, parts.Model.Observation.Windows);
        Assert.True(events.UsedBytes > 0);
    }

    private IReadOnlyList<JsonElement> Records(string stream) => _rig.Records(stream);
}
