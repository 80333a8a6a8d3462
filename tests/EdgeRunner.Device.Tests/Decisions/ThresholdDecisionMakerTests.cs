using System.Runtime.InteropServices;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Tests.Sensors;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Decisions;

public class ThresholdDecisionMakerTests
{
    [Theory]
    [InlineData(0, 1, 0, "0.4 0.5 0.4 0.5", " # #")]
    [InlineData(0.2, 1, 0, "0.5 0.4 0.3 0.29 0.4 0.5", "###  #")]
    [InlineData(0, 1, 2, "0.9 0.1 0.1 0.1 0.9 0.1 0.9 0.1 0.1 0.1", "### ##### ")]
    [InlineData(0, 3, 0, "0.9 0.9 0.1 0.9 0.9 0.9 0.1", "     # ")]
    public void State_follows_threshold_hysteresis_minimum_and_hold(double hysteresis, int minWindows, int hold, string scores, string expected)
    {
        var maker = Make(new ThresholdDecisionOptions { Hysteresis = hysteresis, MinWindows = minWindows, HoldWindows = hold });
        var states = string.Concat(scores.Split(' ').Select(score => Decide(maker, float.Parse(score)).IsActive ? '#' : ' '));
        Assert.Equal(expected, states);
    }

    [Theory]
    [InlineData(0.7f)]
    [InlineData(0.1f)]
    [InlineData(0.3f)]
    public void Score_that_prints_as_the_threshold_reaches_it(float score)
    {
        var threshold = double.Parse(score.ToString());
        Assert.True(Decide(Make(new ThresholdDecisionOptions { Threshold = threshold }), score).IsActive);
        Assert.True(Decide(Make(new ThresholdDecisionOptions { Threshold = threshold, Direction = ThresholdDirection.Below }), score).IsActive);
    }

    [Fact]
    public void Below_is_on_at_or_under_the_threshold_and_hysteresis_reaches_up()
    {
        var maker = Make(new ThresholdDecisionOptions { Threshold = 10, Hysteresis = 2, Direction = ThresholdDirection.Below });
        Assert.Equal([false, true, true, true, false], new[] { 11f, 10, 11, 12, 12.5f }.Select(score => Decide(maker, score).IsActive));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Output_that_is_not_finite_gives_the_safe_state_at_once_and_forgets(float score)
    {
        var maker = Make(new ThresholdDecisionOptions { HoldWindows = 100, MinWindows = 2 });
        Decide(maker, 1);
        Assert.True(Decide(maker, 1).IsActive);
        var invalid = Decide(maker, score);
        Assert.Equal((false, Decision.None, true), (invalid.IsValid, invalid.Label, invalid.Changed));
        Assert.True(float.IsNaN(invalid.Score));
        Assert.False(Decide(maker, 1).IsActive); // counts anew
        Assert.True(Decide(maker, 1).IsActive);
    }

    [Fact]
    public void State_machine_equals_its_plain_definition_for_any_scores()
    {
        var cases = from scores in Gen.Choose(0, 20).Select(i => i == 20 ? float.NaN : i / 20f).ListOf()
                    from hysteresis in Gen.Choose(0, 8).Select(i => i / 20.0)
                    from hold in Gen.Choose(0, 4)
                    from min in Gen.Choose(1, 4)
                    select (scores, hysteresis, hold, min);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var maker = Make(new ThresholdDecisionOptions { Hysteresis = c.hysteresis, HoldWindows = c.hold, MinWindows = c.min });
            var off = (float)(0.5 - c.hysteresis);
            var seen = new List<float>(); // since the last change or invalid window
            var on = false;
            foreach (var score in c.scores)
            {
                var decision = Decide(maker, score);
                var was = on;
                seen.Add(score);
                if (float.IsNaN(score))
                    (on, seen) = (false, []);
                else if (!on && seen.Count >= c.min && seen.TakeLast(c.min).All(s => s >= 0.5f))
                    (on, seen) = (true, []);
                else if (on && seen.Count > c.hold && seen.TakeLast(c.hold + 1).All(s => s < off))
                    (on, seen) = (false, []);
                if (decision.IsActive != on || decision.Changed != (on != was) || decision.IsValid == float.IsNaN(score))
                    return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Speech_of_54_chunks_is_one_segment_from_0_51_to_2_24_seconds()
    {
        var maker = Make(new ThresholdDecisionOptions());
        var tracker = new SegmentTracker();
        List<Segment> segments = [];
        for (var chunk = 0; chunk < 87; chunk++)
        {
            tracker.Advance(Decide(maker, chunk is >= 16 and < 70 ? 0.9f : 0.1f).Label, chunk * 512, out var closed);
            if (closed is { } segment)
                segments.Add(segment);
        }

        Assert.False(tracker.Close(87 * 512, out _));
        var speech = Assert.Single(segments);
        Assert.Equal(new Segment(0, 16 * 512, 70 * 512, 16, 69), speech);
        Assert.Equal((0.512, 2.24), speech.Seconds(16_000));
    }

    [Fact]
    public void Open_segment_is_closed_by_the_end_of_the_input()
    {
        var tracker = new SegmentTracker();
        tracker.Advance(Decision.None, 0, out _);
        Assert.True(tracker.Advance(3, 10, out var none));
        Assert.Null(none);
        Assert.True(tracker.Advance(4, 20, out var closed));
        Assert.Equal(new Segment(3, 10, 20, 1, 1), closed);
        tracker.Advance(4, 30, out _);
        Assert.True(tracker.Close(40, out closed));
        Assert.Equal(new Segment(4, 20, 40, 2, 3), closed);
        Assert.False(tracker.Close(40, out _));
    }

    [Fact]
    public void Index_outside_the_output_and_text_outputs_are_refused()
    {
        Assert.Equal("decision.index is 2, but the output has 2 element(s), 0 to 1",
            Assert.Throws<DecisionMismatchException>(() => new ThresholdDecisionMaker(new ThresholdDecisionOptions { Index = 2 }, TensorElementType.Float32, 2, "x")).Message);
        Assert.Throws<DecisionMismatchException>(() => new ThresholdDecisionMaker(new ThresholdDecisionOptions(), TensorElementType.String, 1, "x"));
    }

    [Fact]
    public void Deciding_allocates_nothing()
    {
        var maker = Make(new ThresholdDecisionOptions { HoldWindows = 3 });
        var tracker = new SegmentTracker();
        var output = new float[1];
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                output[0] = i % 17 == 0 ? float.NaN : i % 5 / 5f;
                tracker.Advance(maker.Decide(MemoryMarshal.AsBytes<float>(output), default).Label, i, out _);
            }
        }));
    }

    private static ThresholdDecisionMaker Make(ThresholdDecisionOptions options) => new(options, TensorElementType.Float32, 1, "speech");

    private static Decision Decide(ThresholdDecisionMaker maker, float score) => maker.Decide(MemoryMarshal.AsBytes<float>(new[] { score }), default);
}
