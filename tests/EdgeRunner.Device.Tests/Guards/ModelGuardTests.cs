using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Device.Tests.Swaps;

namespace EdgeRunner.Device.Tests.Guards;

/// <summary>Real models that hang, answer NaN or leave their range, in pipelines that go on.</summary>
public sealed class ModelGuardTests : IDisposable
{
    private const float ForEver = 1e12f; // loops of the model "loop"

    private readonly SwapRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Run_that_takes_too_long_is_cut_off_and_the_next_windows_are_decided()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "loop", "1.0.0"));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, [1, ForEver, 2, 3, ForEver, 4], 100, pipeline => pipeline.Guard.RunTimeoutMs = 2_000)));
        PipelineRig.Wait(() => _rig.Host.AllDone);

        var windows = _rig.Rig.Records("p");
        Assert.Equal(["1", "timeout", "2", "3", "timeout", "4"], windows.Select(record => record.TryGetProperty("fault", out var fault) ? fault.GetString() : record.GetProperty("score").ToString()));
        var guard = _rig.Host.GetStatus()[0].Guard;
        Assert.Equal((2, 0, true), (guard.Timeouts, guard.TurnedOff, guard.Serving));
    }

    [Theory]
    [InlineData("self_divide", "", "nan")]
    [InlineData("reciprocal", "", "infinite")]
    [InlineData("identity_float32", "\"minimum\": 0.5", "out-of-range")]
    public async Task Bad_output_is_counted_by_its_kind_and_is_never_a_decision(string onnx, string range, string kind)
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, onnx, "1.0.0", range: range));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, [1, 0, 1, 0, 0, 1], 1_000, pipeline => pipeline.Decision = new ThresholdDecisionOptions { Threshold = 0, Label = "on" })));
        PipelineRig.Wait(() => _rig.Host.AllDone);

        var windows = _rig.Rig.Records("p");
        Assert.Equal(6, windows.Count);
        foreach (var at in new[] { 1, 3, 4 })
        {
            Assert.Equal(kind, windows[at].GetProperty("fault").GetString());
            Assert.False(windows[at].GetProperty("valid").GetBoolean());
            Assert.False(windows[at].GetProperty("active").GetBoolean());
            Assert.False(windows[at].TryGetProperty("score", out _));
        }

        var status = _rig.Host.GetStatus()[0];
        Assert.Equal((6, 3, 3), (status.Windows, status.Decisions, status.InvalidOutputs));
        Assert.Equal((kind is "nan" ? 3 : 0, kind is "infinite" ? 3 : 0, kind is "out-of-range" ? 3 : 0), (status.Guard.Nan, status.Guard.Infinite, status.Guard.OutOfRange));
    }

    [Fact]
    public async Task What_the_decision_reads_is_never_nan_even_when_outputs_are_not_looked_through()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "self_divide", "1.0.0"));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, [1, 0], 1_000, pipeline => pipeline.Guard.CheckOutputs = false)));
        PipelineRig.Wait(() => _rig.Host.AllDone);

        Assert.Equal("nan", _rig.Rig.Records("p")[1].GetProperty("fault").GetString());
    }

    [Fact]
    public async Task Used_up_budget_turns_the_model_off_publishes_the_safe_state_once_and_a_retry_brings_it_back()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "self_divide", "1.0.0"));
        var values = Enumerable.Repeat(1f, 5).Concat(Enumerable.Repeat(0f, 50)).Concat(Enumerable.Repeat(1f, 60_000));
        await _rig.StartAsync(("valve", TinyModels.Pipeline(_rig.Rig, values, 200, pipeline =>
        {
            pipeline.Decision = new ThresholdDecisionOptions { Threshold = 5, Label = "closed", Safe = new SafeStateOptions { Label = "closed", Score = 9 } };
            pipeline.Guard = new GuardOptions { MaxConsecutiveErrors = 10, RetryAfterSeconds = 1 };
        })));

        PipelineRig.Wait(() => _rig.Worker.Loop!.Guard.Off is not null);
        PipelineRig.Wait(() => _rig.Worker.Counters.WindowsWithoutModel > 20);
        _rig.Worker.RefreshState();
        var off = _rig.Host.GetStatus()[0];
        Assert.Equal((false, "closed", 1L, 10L), (off.Guard.Serving, off.Guard.SafeLabel, off.Guard.TurnedOff, off.Guard.Nan));
        Assert.Equal(("closed", 9d), (off.Label, off.Score));
        Assert.Equal(ComponentState.Failed, off.State);
        Assert.Contains("tiny 1.0.0 is turned off and the safe state holds: 10 windows in a row were bad; the last one: an output is not a number; loaded anew 1 s later", off.Reason, StringComparison.Ordinal);
        var safe = Assert.Single(_rig.Rig.Records("event"), record => record.GetProperty("kind").GetString() is "safe");
        Assert.Equal(("closed", 9d, true), (safe.GetProperty("label").GetString(), safe.GetProperty("score").GetDouble(), safe.GetProperty("active").GetBoolean()));
        Assert.Contains("pipeline valve: failed: tiny 1.0.0 is turned off", File.ReadAllText(_rig.Rig.StatusLog.FilePath), StringComparison.Ordinal);
        Assert.Equal(15, _rig.Rig.Records("valve").Count); // None while it is off.

        await _rig.Recovery.StartAsync(default);
        PipelineRig.Wait(() => _rig.Worker.Loop!.Guard.Off is null && _rig.Rig.Records("valve").Count > 20);
        await _rig.Recovery.StopAsync(default);
        _rig.Worker.RefreshState();
        var on = _rig.Host.GetStatus()[0];
        Assert.Equal((true, ComponentState.Running, SwapOutcome.Swapped), (on.Guard.Serving, on.State, on.LastSwap!.Outcome));
        Assert.Null(on.Label);
        Assert.Single(_rig.Rig.Records("event"), record => record.GetProperty("kind").GetString() is "safe");
    }

    [Fact]
    public async Task Another_version_or_the_same_by_hand_brings_a_model_back_also_where_there_is_no_room_beside_it()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "self_divide", "1.0.0", """{ "memoryBytes": 104857600 }"""), TinyModels.Pack(_rig.Rig, "identity_float32", "1.1.0", """{ "memoryBytes": 104857600 }"""));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, Enumerable.Repeat(0f, 60_000), 200, pipeline =>
            pipeline.Guard = new GuardOptions { MaxConsecutiveErrors = 3, RetryAfterSeconds = 0 })));
        PipelineRig.Wait(() => _rig.Worker.Loop!.Guard.Off is not null);
        Assert.Contains("another version or edgerunner model activate brings it back", _rig.Host.GetStatus()[0].Reason, StringComparison.Ordinal);
        Assert.False(_rig.Worker.Loop!.Guard.IsRetryDue);

        Assert.True((await _rig.ActivateAsync("1.0.0")).Activated); // Turned off again at once.
        PipelineRig.Wait(() => _rig.Worker.Counters.TurnedOff == 2);

        var looks = 0;
        _rig.ReadAvailable = () => looks++ == 0 ? 60 << 20 : 160 << 20;
        var report = await _rig.ActivateAsync("1.1.0");
        Assert.True(report.Activated, report.Reason);
        Assert.Equal(SwapMode.DropFirst, report.Pipelines[0].Mode); // Nobody waits for a model that is off.
        var before = _rig.Worker.Counters.Decisions;
        PipelineRig.Wait(() => _rig.Worker.Counters.Decisions > before + 10);
    }

    [Fact]
    public async Task Safe_label_that_the_decision_does_not_have_is_named()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "identity_float32", "1.0.0"));
        var options = TinyModels.Pipeline(_rig.Rig, [1], 100, pipeline => pipeline.Decision!.Safe = new SafeStateOptions { Label = "shut" });
        using var host = _rig.Rig.Host(untilDone: true, ("p", options));
        await host.StartAsync(default);
        PipelineRig.Wait(() => host.AllDone);

        Assert.Equal("decision.safe.label is \"shut\", but the decision has no such label; expected one of y", _rig.Rig.States.Find("pipeline p")!.Reason);
    }

    [Fact]
    public async Task Model_that_hangs_without_a_time_out_does_not_hang_the_stop()
    {
        _rig.Install(TinyModels.Pack(_rig.Rig, "loop", "1.0.0"));
        await _rig.StartAsync(("p", TinyModels.Pipeline(_rig.Rig, [1, ForEver, 1], 1_000, pipeline => pipeline.Guard.RunTimeoutMs = 0)));
        PipelineRig.Wait(() => _rig.Worker.Counters.Windows == 2);

        await _rig.Host.StopAsync(default);

        PipelineRig.Wait(() => _rig.Host.AllDone);
        Assert.Equal((0L, false), (_rig.Host.GetStatus()[0].Guard.Timeouts, _rig.Host.AnyFailed)); // The stop has cut it, not its guard.
    }

    [Fact]
    public void Options_that_can_never_work_are_refused()
    {
        var check = new SectionCheck(null, "pipelines.p.guard", "");
        new GuardOptions { MaxErrors = 10, Windows = 10, RunTimeoutMs = -1 }.Check(check);
        Assert.Equal(["runTimeoutMs", "maxErrors"], check.Errors.Select(error => error.Key));
        check = new SectionCheck(null, "pipelines.p.guard", "");
        new GuardOptions().Check(check);
        Assert.Empty(check.Errors);
    }
}
