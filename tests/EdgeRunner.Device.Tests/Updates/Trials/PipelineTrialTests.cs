using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Trials;

namespace EdgeRunner.Device.Tests.Updates.Trials;

/// <summary>The judgement alone, over numbers that no machine has to make.</summary>
public sealed class PipelineTrialTests
{
    private static readonly TrialLimitsInForce Limits = new(1_000, TimeSpan.FromMinutes(10), 0.01, 3, 0, 0);

    [Theory]
    [InlineData(1_000, 10, 0.01, true, true)] // Ten of a thousand are allowed.
    [InlineData(1_000, 11, 0.01, true, false)]
    [InlineData(20, 10, 0.01, false, true)] // The other 980 may be good.
    [InlineData(20, 11, 0.01, false, false)] // Too many of a thousand whatever comes.
    [InlineData(50, 1, 0.01, true, true)] // One is no rate.
    [InlineData(50, 2, 0.01, true, false)]
    [InlineData(50, 1, 0.0, false, false)]
    [InlineData(2_000, 20, 0.01, false, true)] // Goes on because another pipeline is slow.
    [InlineData(2_000, 21, 0.01, false, false)]
    public void Errors_fail_as_soon_as_the_limit_cannot_be_met_any_more(int windows, int bad, double rate, bool isOver, bool passes)
    {
        var verdict = new PipelineTrial("p", Limits with { MaxErrorRate = rate }, "1.0.0", null).FindFailure(Seen(windows - bad, 5_000, bad: bad), isOver);

        Assert.Equal(passes ? null : UpdateReasons.TrialErrors, verdict?.Code);
    }

    [Fact]
    public void Late_windows_are_bad_ones()
    {
        var seen = Seen(90, 5_000);
        for (var i = 0; i < 10; i++) seen.Count(new Decision(Decision.None, 1, IsValid: true, Changed: false), FaultKind.None, 50_000_000, isLate: true);

        var verdict = new PipelineTrial("p", Limits, "1.0.0", History(1_000, 5_000, bad: 4)).FindFailure(seen, isOver: true);

        Assert.Equal(new TrialVerdict(UpdateReasons.TrialErrors, "pipeline p: 10 bad (10 %), limit 1 %, 0.398 % with 1.0.0 of 100 windows"), verdict);
    }

    [Fact]
    public void Model_of_microseconds_that_takes_twice_or_ten_times_as_many_is_not_too_slow()
    {
        var trial = new PipelineTrial("p", Limits, "1.0.0", History(1_000, 4_000));

        Assert.Null(trial.FindFailure(Seen(1_000, 9_000), isOver: true));
        Assert.Null(trial.FindFailure(Seen(1_000, 400_000), isOver: true));
        Assert.StartsWith("pipeline p: 1000 windows, 0 bad, limit 1 %; p99 400 µs (4 µs with 1.0.0, limit 1 ms)", trial.Describe(Seen(1_000, 400_000)), StringComparison.Ordinal);
        Assert.Equal(UpdateReasons.TrialLatency, trial.FindFailure(Seen(1_000, 1_200_000), isOver: true)!.Code);
    }

    [Theory]
    [InlineData(1_000, 20_000_000, true, null)]
    [InlineData(1_000, 32_000_000, true, "pipeline p: p99 32 ms (10 ms with 1.0.0, limit 30 ms)")]
    [InlineData(50, 32_000_000, true, "pipeline p: median 32 ms (10 ms with 1.0.0, limit 30 ms)")]
    [InlineData(50, 32_000_000, false, null)]
    [InlineData(120, 32_000_000, false, "pipeline p: p99 32 ms (10 ms with 1.0.0, limit 30 ms)")] // More than the one of a hundred of a thousand that may be slow.
    [InlineData(9, 32_000_000, true, null)]
    public void Slow_version_is_measured_against_the_history_of_the_box(int windows, long nanoseconds, bool isOver, string? expected)
    {
        var verdict = new PipelineTrial("p", Limits, "1.0.0", History(1_000, 10_000_000)).FindFailure(Seen(windows, nanoseconds), isOver);

        Assert.Equal(expected, verdict?.Words);
    }

    [Fact]
    public void Without_history_the_speed_is_said_and_not_judged()
    {
        var trial = new PipelineTrial("p", Limits with { MaxDrift = 0.2 }, "1.0.0", null);

        Assert.Null(trial.FindFailure(Seen(1_000, 900_000_000), isOver: true));
        Assert.Equal(
            "pipeline p: 1000 windows, 0 bad, limit 1 %; p99 900 ms (not known of 1.0.0); outputs not compared: at least 100 windows of both versions with decisions over the same are needed",
            trial.Describe(Seen(1_000, 900_000_000)));
        Assert.Equal("pipeline p: 3 windows, 0 bad, limit 1 %; too few windows to say how fast it is", new PipelineTrial("p", Limits, null, null).Describe(Seen(3, 1)));
    }

    [Fact]
    public void Labels_that_are_given_as_often_as_before_are_no_drift_and_others_are()
    {
        var before = PipelineHistory.Of(Labelled(600, 300, 100));
        var trial = new PipelineTrial("p", Limits with { MaxDrift = 0.2 }, "1.0.0", before);

        Assert.Null(trial.FindFailure(Labelled(118, 64, 18), isOver: true));
        Assert.Null(trial.FindFailure(Labelled(0, 0, 1_000), isOver: false)); // Only the whole trial tells.
        var verdict = trial.FindFailure(Labelled(20, 20, 160), isOver: true);
        Assert.Equal(UpdateReasons.TrialDrift, verdict?.Code);
        Assert.StartsWith("pipeline p: its outputs differ from those of 1.0.0: population stability index ", verdict!.Words, StringComparison.Ordinal);
        Assert.Null(trial.FindFailure(Labelled(5, 5, 80), isOver: true)); // Too few.
    }

    private static ServingObservation Labelled(int first, int second, int none)
    {
        var seen = new ServingObservation("tiny", "1.0.0", "", ["a", "b"]);
        for (var i = 0; i < first + second + none; i++)
            seen.Count(new Decision(i < first ? 0 : i < first + second ? 1 : Decision.None, 0.5f, IsValid: true, Changed: false), FaultKind.None, 1_000, isLate: false);
        return seen;
    }

    private static PipelineHistory History(int windows, long nanoseconds, int bad = 0) => PipelineHistory.Of(Seen(windows, nanoseconds, bad));

    private static ServingObservation Seen(int good, long nanoseconds, int bad = 0)
    {
        var seen = new ServingObservation("tiny", "1.0.0", "", ["y"]);
        for (var i = 0; i < good; i++) seen.Count(new Decision(Decision.None, 1, IsValid: true, Changed: false), FaultKind.None, nanoseconds, isLate: false);
        for (var i = 0; i < bad; i++) seen.Count(new Decision(Decision.None, float.NaN, IsValid: false, Changed: false), FaultKind.NaN, nanoseconds, isLate: true);
        return seen;
    }
}
