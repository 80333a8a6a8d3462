using System.Text.Json;
using EdgeRunner.Device.Probing;

namespace EdgeRunner.Device.Tests.Probing;

public sealed class ProbeReportTests
{
    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_has_one_word_in_JSON_and_in_text(int reason)
    {
        var report = Report((ProbeReason)reason);
        var json = JsonDocument.Parse(JsonSerializer.Serialize(report, ProbeJsonContext.Default.ProbeReport)).RootElement;
        Assert.Equal(report.ReasonCode, json.GetProperty("reason").GetString());
        Assert.Equal(reason == 0, json.GetProperty("passed").GetBoolean());
    }

    [Fact]
    public void Report_is_read_back_as_it_was_written()
    {
        var report = Report(ProbeReason.GoldenMismatch) with
        {
            Golden = [new ProbeGoldenCase("g", false, 1, double.PositiveInfinity, ["is NaN"])], Latency = new ProbeLatency(3, 1, 2, 3, 4, 5, 6), Memory = new ProbeMemory(1, 2, 3, 4), Signal = 6,
        };
        var json = JsonSerializer.Serialize(report, ProbeJsonContext.Default.ProbeReport);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, ProbeJsonContext.Default.ProbeReport)!, ProbeJsonContext.Default.ProbeReport));
    }

    [Theory]
    [InlineData(100, 1, null, true, ProbeReason.Ok)]
    [InlineData(101, 1, null, true, ProbeReason.MemoryExceeded)]
    [InlineData(1, 10, null, true, ProbeReason.Ok)]
    [InlineData(1, 10.5, null, true, ProbeReason.TooSlow)]
    [InlineData(1, 1, "y is NaN", true, ProbeReason.Ok)] // the golden case expects it
    [InlineData(1, 1, "y is NaN", false, ProbeReason.NotFinite)]
    [InlineData(1, 99, "y is NaN", null, ProbeReason.NotFinite)]
    [InlineData(1, 99, null, false, ProbeReason.GoldenMismatch)]
    internal void Verdict_is_the_first_thing_that_is_wrong(long memory, double p99, string? notFinite, bool? golden, ProbeReason expected)
    {
        var limits = new ProbeLimitsInForce(100, "x", 0, 1, 1, 10, "y", 1);
        ProbeGoldenCase[] cases = golden is { } passed ? [new ProbeGoldenCase("g", passed, 1, 0, passed ? [] : ["differs"])] : [];
        var (reason, detail) = ProbeVerdict.Of(limits, new ProbeMemory(memory, 0, memory, memory), new ProbeLatency(1, p99, p99, p99, p99, p99, p99), notFinite, cases);
        Assert.Equal(expected, reason);
        Assert.NotEqual("", detail);
    }

    [Fact]
    public void Run_that_waited_for_a_core_is_not_the_models_fault()
    {
        var limits = new ProbeLimitsInForce(100, "x", 0, 1, 1, 10, "y", 1);
        Assert.Equal(ProbeReason.Ok, ProbeVerdict.Of(limits, new ProbeMemory(1, 0, 1, 1), new ProbeLatency(1, 50, 50, 50, 50, 50, 10), null, []).Reason);
        Assert.Equal(ProbeReason.TooSlow, ProbeVerdict.Of(limits, new ProbeMemory(1, 0, 1, 1), new ProbeLatency(1, 50, 50, 50, 50, 50, 10.1), null, []).Reason);
    }

    [Fact]
    public void Percentile_is_the_nearest_rank()
    {
        long[] ticks = [.. Enumerable.Range(1, 200).Select(value => (long)value).Reverse()];
        Assert.Equal(new ProbeLatency(200, 100, 180, 198, 200, 7, 19.8), ProbeLatency.Of(ticks, (long[])ticks.Clone(), 1_000_000, 7));
        Assert.Equal(new ProbeLatency(1, 3, 3, 3, 3, 3, 0.5), ProbeLatency.Of([3L], [5L], 1_000_000, 3));
    }

    public static TheoryData<int> Reasons => [.. Enum.GetValues<ProbeReason>().Select(reason => (int)reason)];

    private static ProbeReport Report(ProbeReason reason) => new()
    {
        File = "m.ermodel", Reason = reason, Detail = "why", Stage = ProbeStage.Done, Limits = ProbeLimitsInForce.BeforeBundle(new ProbeLimits()),
    };
}
