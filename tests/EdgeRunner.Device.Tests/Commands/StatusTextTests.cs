using EdgeRunner.Device.Commands;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Inference.Sessions.Providers;

namespace EdgeRunner.Device.Tests.Commands;

/// <summary>What a field engineer reads on the screen.</summary>
public sealed class StatusTextTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly GuardStatus Clean = new(Serving: true, null, null, null, 0, 0, 0, 0, 0, 0, 0, 0);

    [Fact]
    public void Pipeline_without_faults_and_swaps_has_no_line_below_the_table()
    {
        var text = Text(Pipeline(Clean, null));

        Assert.DoesNotContain("guard", text, StringComparison.Ordinal);
        Assert.DoesNotContain("swap", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_windows_stand_by_kind_and_none_that_did_not_happen()
    {
        var guard = Clean with { Nan = 3, Timeouts = 2 };

        var text = Text(Pipeline(guard, null));

        Assert.Contains("speech guard: bad windows: 3 nan, 2 timeout\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_that_is_off_says_since_when_why_and_what_holds_instead()
    {
        var guard = Clean with { Serving = false, Reason = "5 bad windows in a row", Since = Noon, SafeLabel = "closed", TurnedOff = 1, WindowsWithoutModel = 40, Infinite = 5 };

        var text = Text(Pipeline(guard, null));

        Assert.Contains(
            "speech guard: the model is off since 2026-11-21 12:00:00Z, safe state closed: 5 bad windows in a row; bad windows: 5 infinite; turned off 1 time, 40 windows without a model\n",
            text, StringComparison.Ordinal);
    }

    [Fact]
    public void Last_swap_says_when_from_what_to_what_how_and_why()
    {
        var swap = new PipelineSwap("speech", SwapOutcome.Swapped, SwapMode.Beside, "tiny 1.0.0", "tiny 1.1.0", "there is room", Noon, 12.4, 3.1, 9.8);

        var text = Text(Pipeline(Clean, swap));

        Assert.Contains(
            "speech last swap: 2026-11-21 12:00:00Z  tiny 1.0.0 -> tiny 1.1.0  swapped beside the old one (load 12.4 ms, warm-up 3.1 ms, pause 9.8 µs): there is room\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_swap_says_why()
    {
        var swap = new PipelineSwap("speech", SwapOutcome.Refused, null, "tiny 1.0.0", "tiny 1.1.0", "golden case two failed", Noon);

        Assert.Contains("tiny 1.0.0 -> tiny 1.1.0  refused: golden case two failed\n", Text(Pipeline(Clean, swap)), StringComparison.Ordinal);
    }

    [Fact]
    public void Granted_placement_and_memory_lock_are_shown_and_refused_ones_are_problems_once()
    {
        var text = Text(
            Pipeline(Clean, null),
            new ComponentEntry("memory lock", ComponentState.Running, "pages stay in memory once they are touched", Noon),
            new ComponentEntry("pipeline other thread", ComponentState.Degraded, "refused", Noon),
            new ComponentEntry("pipeline speech thread", ComponentState.Running, "on processor 1, SCHED_FIFO priority 10", Noon));

        Assert.Contains("real time  memory lock: pages stay in memory once they are touched\n", text, StringComparison.Ordinal);
        Assert.Contains("real time  pipeline speech thread: on processor 1, SCHED_FIFO priority 10\n", text, StringComparison.Ordinal);
        Assert.Single(text.Split('\n'), line => line.Contains("pipeline other thread", StringComparison.Ordinal));
        Assert.Contains("! pipeline other thread degraded: refused\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Providers_are_shown_of_models_that_a_pipeline_has_now()
    {
        var engine = new InferenceStatus("1.30.0", "/lib", ["CPUExecutionProvider"], [new ProviderReport("tiny 0.9.0", "m.onnx", ["cpu"], []), new ProviderReport("tiny 1.0.0", "m.onnx", ["cpu"], [])], [], null);

        Assert.Equal("tiny 1.0.0", Assert.Single(StatusReporter.InUse(engine, [Pipeline(Clean, null)])!.Models).Model);
        Assert.Null(StatusReporter.InUse(null, []));
    }

    private static PipelineStatus Pipeline(GuardStatus guard, PipelineSwap? swap) => new(
        "speech", ComponentState.Running, "", "tiny 1.0.0", null, "running", 100, 95, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, "on", 0.5, 1, 2, 3, 4, null, swap, null, guard);

    private static string Text(PipelineStatus pipeline, params ComponentEntry[] components)
    {
        var telemetry = new TelemetryStatus(
            OutboxMode.Durable, "e", 1, 0, 0, 0, 0, 0, 0, new Dictionary<string, long>(StringComparer.Ordinal), 0, 0, TimeSpan.Zero, TimeSpan.Zero, 0, 0, 0, null, []);
        var status = new DaemonStatus(1, "0.1.0", "board", "test", 1, "ok", 1, 0, components, null, new BrokerStatus("none", false, false, "offline"), telemetry, [pipeline]);
        using var output = new StringWriter { NewLine = "\n" };
        StatusText.Write(status, output);
        return output.ToString();
    }
}
