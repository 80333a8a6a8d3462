using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Trials;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Tests.Updates.Trials;

/// <summary>New versions serve in pipelines that run, and are watched.</summary>
public sealed class TrialRunnerTests : IDisposable
{
    /// <summary>Windows for a minute at 1 kHz, more than any test waits for.</summary>
    private const int Plenty = 60_000;

    /// <summary>Errors, not speed or outputs: a busy machine must not decide a test.</summary>
    private static readonly TrialLimits Short = new() { Windows = 200, Minutes = 5, MaxLatencyRatio = 1e9 };

    private readonly TrialRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Good_version_passes_with_what_was_seen_and_both_versions_are_remembered()
    {
        await _rig.StartAsync(Numbers(), 1_000, null, Tiny("1.0.0"), Tiny("1.1.0"));
        _rig.AwaitWindows(150);

        var verdict = await _rig.TryAsync("1.1.0", "1.0.0", Short);

        Assert.True(verdict.Passed, verdict.Words);
        Assert.Matches(@"^trial of [0-9.]+ s, it has seen enough: pipeline p: [0-9]+ windows, 0 bad, limit 1 %; p99 [0-9.]+ (µs|ms) \([0-9.]+ (µs|ms) with 1\.0\.0, limit [0-9.]+ (µs|ms)\)$", verdict.Words);
        Assert.Equal(new TrialProgress(200, 200), _rig.Told[^1]);
        Assert.True(_rig.History.Find("tiny", "1.0.0")["p"].Windows >= 150);
        Assert.True(_rig.History.Find("tiny", "1.1.0")["p"].Windows >= 200);
    }

    [Fact]
    public async Task Version_that_answers_what_no_decision_can_be_made_of_fails_long_before_the_last_window()
    {
        // 1 / 0: every window is infinite, and the guard is told not to mind.
        await _rig.StartAsync(Enumerable.Repeat(0f, Plenty), 1_000, NoGuard, Tiny("1.0.0"), Tiny("1.1.0", "reciprocal"));

        var verdict = await _rig.TryAsync("1.1.0", "1.0.0", Short with { Windows = 1_000_000_000 });

        Assert.Equal(UpdateReasons.TrialErrors, verdict.Code);
        Assert.Matches("^pipeline p: ([0-9]+) bad \\(100 %\\), limit 1 % of \\1 windows already$", verdict.Words);
        Assert.Empty(_rig.History.Find("tiny", "1.1.0"));
    }

    [Fact]
    public async Task Version_that_its_guard_turns_off_fails_even_when_every_window_may_fail()
    {
        await _rig.StartAsync(Enumerable.Repeat(0f, Plenty), 1_000, pipeline => pipeline.Guard.MaxConsecutiveErrors = 5, Tiny("1.0.0"), Tiny("1.1.0", "reciprocal"));

        var verdict = await _rig.TryAsync("1.1.0", "1.0.0", Short with { MaxErrorRate = 1 });

        Assert.Equal(UpdateReasons.TrialGuard, verdict.Code);
        Assert.Equal("pipeline p: the guard turned it off after 5 windows: 5 windows in a row were bad; the last one: an output is infinite", verdict.Words);
    }

    [Fact]
    public async Task Version_that_is_slower_than_this_box_knows_fails()
    {
        // The version before took a microsecond here, long ago. This one counts to twenty thousand, and its source ends after twenty windows.
        Remember("0.9.0", 1_000);
        await _rig.StartAsync(Enumerable.Repeat(20_000f, 20), 100, null, Tiny("1.0.0", "loop"));

        var verdict = await _rig.WatchAsync("1.0.0", "0.9.0", new TrialLimits { Minutes = 5 });

        Assert.Equal(UpdateReasons.TrialLatency, verdict.Code);
        Assert.Matches(@"^pipeline p: median [0-9.]+ ms \(1 µs with 0\.9\.0, limit 1 ms\)$", verdict.Words);
    }

    [Fact]
    public async Task Version_whose_outputs_differ_fails_only_when_the_limit_is_set()
    {
        await _rig.StartAsync(Numbers(), 2_000, null, Tiny("1.0.0"), Tiny("1.1.0", "reciprocal"));
        _rig.AwaitWindows(200);

        var verdict = await _rig.TryAsync("1.1.0", "1.0.0", Short with { MaxDrift = 0.2 });

        Assert.Equal(UpdateReasons.TrialDrift, verdict.Code);
        Assert.Matches(@"^pipeline p: its outputs differ from those of 1\.0\.0: population stability index [0-9.]+, at most 0\.2 is allowed$", verdict.Words);
        Assert.True((await _rig.WatchAsync("1.1.0", "1.0.0", Short)).Passed);
    }

    [Fact]
    public async Task Version_with_the_same_outputs_passes_a_limit_of_drift()
    {
        await _rig.StartAsync(Numbers(), 2_000, null, Tiny("1.0.0"), Tiny("1.1.0"));
        _rig.AwaitWindows(400);

        var verdict = await _rig.TryAsync("1.1.0", "1.0.0", Short with { Windows = 400, MaxDrift = 0.2 });

        Assert.True(verdict.Passed, verdict.Words);
        Assert.Contains("; distance of its outputs ", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trial_of_a_source_that_ends_is_over_at_once_with_what_was_seen()
    {
        await _rig.StartAsync(Numbers(), 1_000, null, Tiny("1.0.0"), Tiny("1.1.0"));
        await _rig.Swaps.ActivateAsync("1.1.0");
        _rig.AwaitWindows(100);

        var trial = _rig.WatchAsync("1.1.0", "1.0.0", Short with { Windows = 1_000_000, Minutes = 10_000 });
        _rig.Swaps.Worker.RequestStop();
        var verdict = await trial;

        Assert.True(verdict.Passed, verdict.Words);
        Assert.Matches(@"every pipeline that uses it has ended: pipeline p: [0-9]+ windows, 0 bad, limit 1 %", verdict.Words);
    }

    [Fact]
    public async Task Trial_without_any_pipeline_passes_at_once_and_says_so()
    {
        await _rig.StartAsync(Numbers(), 1_000, null, Tiny("1.0.0"));

        var verdict = await _rig.Runner.WatchAsync(TrialRig.Release("2.0.0", "other"), "1.0.0", Short, new Progress<TrialProgress>(), default);

        Assert.Equal(new TrialVerdict(null, "no pipeline uses other, so there was nothing to watch"), verdict);
    }

    [Fact]
    public async Task Trial_in_a_pipeline_that_never_takes_the_version_does_not_pass_by_time()
    {
        await _rig.StartAsync(Numbers(), 1_000, null, Tiny("1.0.0"));

        var verdict = await _rig.WatchAsync("1.1.0", "1.0.0", Short with { Minutes = 0.01 });

        Assert.Equal(UpdateReasons.TrialFault, verdict.Code);
        Assert.Matches(@"^pipeline p: [0-9]+ windows came during the trial, and 1\.1\.0 got none of them; tiny 1\.0\.0 serves there$", verdict.Words);
    }

    [Fact]
    public async Task Record_of_a_version_goes_on_when_its_pipeline_begins_anew()
    {
        await _rig.StartAsync(Numbers(), 1_000, null, Tiny("1.0.0"), Tiny("1.1.0"));
        await _rig.Swaps.ActivateAsync("1.1.0");
        _rig.AwaitWindows(50);
        var seen = _rig.Swaps.Worker.Observed.Latest!;

        Assert.Same(seen, _rig.Swaps.Worker.Observed.Begin(_rig.Swaps.Worker.Loop!.Parts.Model));
        Assert.Equal("1.0.0", _rig.Swaps.Worker.Observed.Find("tiny", "1.0.0")!.Version);
        Assert.Null(_rig.Swaps.Worker.Observed.Find("tiny", "0.1.0"));
    }

    [Fact]
    public async Task Trial_stops_with_the_daemon()
    {
        await _rig.StartAsync(Numbers(), 1_000, null, Tiny("1.0.0"));
        using var stop = new CancellationTokenSource();

        var trial = _rig.Runner.WatchAsync(TrialRig.Release("1.0.0"), null, Short with { Windows = 1_000_000 }, new Progress<TrialProgress>(), stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trial);
    }

    private static IEnumerable<float> Numbers() => Enumerable.Range(0, Plenty).Select(window => (float)((window % 100) + 1));

    private static void NoGuard(Device.Configuration.PipelineOptions pipeline) => (pipeline.Guard.MaxConsecutiveErrors, pipeline.Guard.MaxErrors) = (0, 0);

    private string Tiny(string version, string onnx = "identity_float32") => TinyModels.Pack(_rig.Rig, onnx, version);

    private void Remember(string version, long nanoseconds)
    {
        var seen = new ServingObservation("tiny", version, "", ["y"]);
        for (var i = 0; i < 200; i++) seen.Count(new Decision(Decision.None, 1, IsValid: true, Changed: false), Device.Guards.FaultKind.None, nanoseconds, isLate: false);
        _rig.History.Keep("tiny", version, [("p", seen)]);
    }
}
