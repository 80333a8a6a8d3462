using EdgeRunner.Device.Decisions;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Decisions;

public class ThresholdDecisionMakerTests
{
    private const int On = 0;
    private const int Off = Decision.None;

    [Fact]
    public void Score_at_the_threshold_is_on_and_each_change_is_told_once()
    {
        var maker = New(new ThresholdDecisionOptions { Threshold = 0.5 });

        Assert.Equal(new Decision(Off, 0.25f, true, false), Decide(maker, 0.25f));
        Assert.Equal(new Decision(On, 0.5f, true, true), Decide(maker, 0.5f));
        Assert.Equal(new Decision(On, 0.75f, true, false), Decide(maker, 0.75f));
        Assert.Equal(new Decision(Off, 0.25f, true, true), Decide(maker, 0.25f));
    }

    [Fact]
    public void Hysteresis_keeps_the_state_between_the_two_bounds()
    {
        var maker = New(new ThresholdDecisionOptions { Threshold = 0.5, Hysteresis = 0.25 });

        Assert.Equal([Off, On, On, On, Off, Off, On], Labels(maker, 0.4f, 0.5f, 0.4f, 0.25f, 0.2f, 0.4f, 0.6f));
    }

    [Fact]
    public void Below_turns_the_sides_round()
    {
        var maker = New(new ThresholdDecisionOptions { Threshold = 10, Hysteresis = 2, Direction = ThresholdDirection.Below });

        Assert.Equal([Off, On, On, On, Off, Off], Labels(maker, 11, 10, 11, 12, 12.5f, 11));
    }

    [Fact]
    public void Minimum_counts_windows_in_a_row_and_hold_keeps_the_state_that_many_windows_longer()
    {
        var maker = New(new ThresholdDecisionOptions { MinWindows = 3, HoldWindows = 2 });

        Assert.Equal([Off, Off, Off, Off, Off, On], Labels(maker, 1, 1, 0, 1, 1, 1));
        Assert.Equal([On, On, On, On, On, Off], Labels(maker, 0, 0, 1, 0, 0, 0));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Output_that_is_no_number_is_off_at_once_whatever_the_hold_and_counts_begin_anew(float bad)
    {
        var maker = New(new ThresholdDecisionOptions { MinWindows = 2, HoldWindows = 50 });
        Labels(maker, 1, 1);

        Assert.Equal(new Decision(Off, float.NaN, false, true), Decide(maker, bad));
        Assert.Equal(new Decision(Off, float.NaN, false, false), Decide(maker, bad));
        Assert.Equal([Off, On], Labels(maker, 1, 1));
        Labels(maker, 0, 0, 0);
        Assert.Equal([Off, Off, Off, On], Labels(maker, bad, 1, bad, 1)[..3].Append(Labels(maker, 1)[0]));
    }

    [Fact]
    public void Double_beyond_the_range_of_float_is_a_valid_score_that_a_record_can_hold()
    {
        var maker = new ThresholdDecisionMaker(new ThresholdDecisionOptions(), TensorElementType.Float64, 1, "hot");

        Assert.Equal(new Decision(On, float.MaxValue, true, true), maker.Decide(Outputs.Of(1e300), default));
        Assert.Equal(new Decision(Off, float.MinValue, true, true), maker.Decide(Outputs.Of(-1e300), default));
    }

    [Theory]
    [InlineData(TensorElementType.Bool)]
    [InlineData(TensorElementType.Int8)]
    [InlineData(TensorElementType.UInt8)]
    [InlineData(TensorElementType.Int16)]
    [InlineData(TensorElementType.UInt16)]
    [InlineData(TensorElementType.Int32)]
    [InlineData(TensorElementType.UInt32)]
    [InlineData(TensorElementType.Int64)]
    [InlineData(TensorElementType.UInt64)]
    [InlineData(TensorElementType.Float16)]
    [InlineData(TensorElementType.BFloat16)]
    [InlineData(TensorElementType.Float32)]
    [InlineData(TensorElementType.Float64)]
    public void Any_numeric_element_can_be_the_score(TensorElementType type)
    {
        var maker = new ThresholdDecisionMaker(new ThresholdDecisionOptions { Index = 1, Threshold = 1 }, type, 3, "x");

        Assert.Equal(Off, maker.Decide(Outputs.Of(type, 1, 0, 1), default).Label);
        Assert.Equal(new Decision(On, 1, true, true), maker.Decide(Outputs.Of(type, 0, 1, 0), default));
    }

    [Fact]
    public void Reset_forgets_the_state_and_says_whether_that_is_a_change()
    {
        var maker = New(new ThresholdDecisionOptions { MinWindows = 2 });
        Labels(maker, 1);
        Assert.False(maker.Reset());
        Assert.Equal([Off, On], Labels(maker, 1, 1));
        Assert.True(maker.Reset());
        Assert.Equal(new Decision(Off, 1, true, false), Decide(maker, 1));
    }

    [Fact]
    public void Options_that_do_not_fit_the_output_are_refused_with_what_would()
    {
        Assert.Contains("decision.index is 3, but the output has 2 element(s), 0 to 1", Refused(() => new ThresholdDecisionMaker(new() { Index = 3 }, TensorElementType.Float32, 2, "x")), StringComparison.Ordinal);
        Assert.Contains("the output is string; a decision needs numbers or bool", Refused(() => new ThresholdDecisionMaker(new(), TensorElementType.String, 2, "x")), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_run_of_scores_is_decided_as_the_definition_says()
    {
        var scores = Gen.Frequency((9, Gen.Choose(0, 10).Select(tenth => tenth / 8f)), (1, Gen.Elements(float.NaN, float.PositiveInfinity))).ListOf();
        var shapes = Gen.Choose(0, 3).ListOf(4);
        Prop.ForAll(scores.ToArbitrary(), shapes.ToArbitrary(), (run, shape) =>
        {
            var options = new ThresholdDecisionOptions
            {
                Threshold = 0.625, Hysteresis = shape[0] / 8.0, MinWindows = shape[1] + 1, HoldWindows = shape[2],
                Direction = shape[3] % 2 == 0 ? ThresholdDirection.Above : ThresholdDirection.Below,
            };
            var maker = New(options);
            var sign = options.Direction == ThresholdDirection.Above ? 1 : -1;
            var state = Off;
            for (var at = 0; at < run.Count; at++)
            {
                var valid = float.IsFinite(run[at]);
                var before = state;
                // The last windows in a row that speak against the present state, counted backwards from this one, since the state began.
                if (!valid) state = Off;
                else if (state == Off) state = CountBack(at, score => sign * score >= sign * options.Threshold) >= options.MinWindows ? On : Off;
                else state = CountBack(at, score => sign * score < (sign * options.Threshold) - options.Hysteresis) > options.HoldWindows ? Off : On;

                Assert.Equal(new Decision(state, valid ? run[at] : float.NaN, valid, state != before), Decide(maker, run[at]));
            }

            int CountBack(int from, Func<float, bool> against)
            {
                var count = 0;
                while (from >= 0 && float.IsFinite(run[from]) && against(run[from--])) count++;
                return count;
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Deciding_allocates_nothing()
    {
        var maker = New(new ThresholdDecisionOptions { MinWindows = 2 });
        var outputs = new[] { Outputs.Of(0f), Outputs.Of(1f), Outputs.Of(float.NaN) };
        var at = 0;

        Assert.Equal(0, Allocations.Of(() =>
        {
            maker.Decide(outputs[at++ / 3 % 3], default);
            if (at % 31 == 0) maker.Reset();
        }));
    }

    private static ThresholdDecisionMaker New(ThresholdDecisionOptions options) => new(options, TensorElementType.Float32, 1, "speech");

    private static Decision Decide(ThresholdDecisionMaker maker, float score) => maker.Decide(Outputs.Of(score), default);

    private static int[] Labels(ThresholdDecisionMaker maker, params float[] scores) => [.. scores.Select(score => Decide(maker, score).Label)];

    private static string Refused(Func<object> make) => Assert.Throws<DecisionMismatchException>(make).Message;
}
