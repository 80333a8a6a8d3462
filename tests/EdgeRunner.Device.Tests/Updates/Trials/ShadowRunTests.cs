using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Tests.Updates.Trials;

/// <summary>New versions run beside the present one on the same windows, and nothing of them is seen.</summary>
public sealed class ShadowRunTests : IDisposable
{
    private const int Plenty = 60_000;

    private static readonly TrialLimits Hundred = new() { ShadowWindows = 100, Minutes = 5 };

    private readonly TrialRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(0, "100 windows compared, 100 % of the decisions agree, outputs differ by 0 at most and 0 in the mean")]
    [InlineData(0.25, "100 windows compared, 0 % of the decisions agree, outputs differ by 0.25 at most and 0.25 in the mean")]
    public async Task Shadow_run_tells_how_far_both_agree_and_the_pipeline_goes_on_alone(double offset, string expected)
    {
        // The decision is at 2.2: with a quarter more every window is over it.
        var moved = TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0", graph: FormattableString.Invariant($$"""
            { "step": "onnx", "name": "only", "file": "model.onnx", "inputs": { "x": "x" }, "outputs": { "y": "same" } },
            { "step": "scale", "name": "more", "input": "same", "offset": [{{offset}}], "output": "y" }
            """));
        await _rig.StartAsync(Enumerable.Repeat(2f, Plenty), 1_000, pipeline =>
            pipeline.Decision = new Device.Decisions.ThresholdDecisionOptions { Threshold = 2.2, Hysteresis = 0 }, TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), moved);

        var verdict = await _rig.ShadowAsync("1.1.0", Hundred);

        Assert.True(verdict.Passed, verdict.Words);
        Assert.StartsWith($"shadow run of tiny 1.1.0, which decides nothing: pipeline p: {expected}", verdict.Words, StringComparison.Ordinal);
        Assert.Null(_rig.Swaps.Worker.Loop!.Shadow);
        Assert.Equal("tiny 1.0.0", _rig.Swaps.Worker.Loop!.Parts.Model.Title);
        Assert.Equal(0, _rig.Swaps.Worker.Counters.Gaps + _rig.Swaps.Worker.Counters.Changes);
        Assert.All(_rig.Rig.Records("p"), record => Assert.Equal("1.0.0", record.GetProperty("version").GetString()));
    }

    [Fact]
    public async Task Version_that_fails_in_the_shadow_is_only_told_of()
    {
        await _rig.StartAsync(Enumerable.Repeat(0f, Plenty), 1_000, pipeline => pipeline.Guard.MaxConsecutiveErrors = 7,
            TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "reciprocal", "1.1.0"));

        var verdict = await _rig.ShadowAsync("1.1.0", Hundred);

        Assert.True(verdict.Passed, verdict.Words);
        Assert.Contains("pipeline p: 0 windows compared, the new version failed on 7, the last time because an output is infinite", verdict.Words, StringComparison.Ordinal);
        Assert.Null(_rig.Swaps.Worker.Loop!.Guard.Off);
    }

    [Fact]
    public async Task Shadow_run_that_memory_has_no_room_for_is_refused_in_words()
    {
        await _rig.StartAsync(Enumerable.Repeat(1f, Plenty), 1_000, null, TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"),
            TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0", limits: """{ "memoryBytes": 104857600 }"""));
        _rig.Swaps.AvailableBytes = 64 << 20;

        var verdict = await _rig.ShadowAsync("1.1.0", Hundred);

        Assert.True(verdict.Passed, verdict.Words);
        Assert.Contains("pipeline p: not compared: there is no room beside the old one: it needs 100 MiB (declared in limits.memoryBytes), 64 MiB are available", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shadow_run_of_a_source_that_ends_is_over_with_what_was_compared()
    {
        await _rig.StartAsync(Enumerable.Repeat(1f, Plenty), 1_000, null, TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0"));

        var run = _rig.ShadowAsync("1.1.0", Hundred with { ShadowWindows = 1_000_000, Minutes = 10_000 });
        PipelineRig.Wait(() => _rig.Swaps.Worker.Loop!.Shadow is not null);
        _rig.Swaps.Worker.RequestStop();
        var verdict = await run;

        Assert.Matches("pipeline p: [0-9]+ windows compared", verdict.Words);
    }

    [Fact]
    public async Task Shadow_run_is_left_out_when_nobody_asks_for_it_or_there_is_nothing_to_compare()
    {
        await _rig.StartAsync(Enumerable.Repeat(1f, Plenty), 1_000, null, TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"));

        Assert.Equal("no shadow run is asked for", (await _rig.ShadowAsync("1.1.0", new TrialLimits())).Words);
        Assert.Contains("tiny 1.1.0 is not installed", (await _rig.ShadowAsync("1.1.0", Hundred)).Words, StringComparison.Ordinal);
        Assert.Equal("no shadow run: no pipeline uses other",
            (await _rig.Runner.ShadowAsync(TrialRig.Release("1.0.0", "other"), Hundred, new Progress<Device.Updates.TrialProgress>(), default)).Words);
    }

    [Fact]
    public async Task Shadow_run_stops_with_the_daemon_and_frees_the_pipeline()
    {
        await _rig.StartAsync(Enumerable.Repeat(1f, Plenty), 1_000, null, TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"), TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0"));
        using var stop = new CancellationTokenSource();

        var run = _rig.Runner.ShadowAsync(TrialRig.Release("1.1.0"), Hundred with { ShadowWindows = 1_000_000 }, new Progress<Device.Updates.TrialProgress>(), stop.Token);
        PipelineRig.Wait(() => _rig.Swaps.Worker.Loop!.Shadow is not null);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Null(_rig.Swaps.Worker.Loop!.Shadow);
    }
}
