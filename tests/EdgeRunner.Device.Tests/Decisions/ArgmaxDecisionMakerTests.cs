using EdgeRunner.Device.Decisions;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Decisions;

public class ArgmaxDecisionMakerTests
{
    private const int None = Decision.None;
    private static readonly string[] Three = ["setosa", "versicolor", "virginica"];

    [Theory]
    [InlineData(TensorElementType.Float16)]
    [InlineData(TensorElementType.BFloat16)]
    [InlineData(TensorElementType.Float32)]
    [InlineData(TensorElementType.Float64)]
    public void Highest_score_wins_and_the_first_of_equals(TensorElementType type)
    {
        var maker = new ArgmaxDecisionMaker(new(), type, 3, TensorElementType.Undefined, 0, Three);

        Assert.Equal(new Decision(1, 7, true, true), maker.Decide(Outputs.Of(type, 1, 7, 7), default));
        Assert.Equal(new Decision(2, -1, true, true), maker.Decide(Outputs.Of(type, -3, -2, -1), default));
    }

    [Theory]
    [InlineData(TensorElementType.Int8)]
    [InlineData(TensorElementType.UInt8)]
    [InlineData(TensorElementType.Int32)]
    [InlineData(TensorElementType.Int64)]
    [InlineData(TensorElementType.UInt64)]
    public void Whole_number_names_the_label_and_the_scores_output_its_confidence(TensorElementType type)
    {
        var maker = new ArgmaxDecisionMaker(new() { MinConfidence = 0.5 }, type, 1, TensorElementType.Float32, 3, Three);

        Assert.Equal(new Decision(2, 0.75f, true, true), maker.Decide(Outputs.Of(type, 2), Outputs.Of(0.125f, 0.125f, 0.75f)));
        Assert.Equal(new Decision(None, 0.25f, true, true), maker.Decide(Outputs.Of(type, 2), Outputs.Of(0.5f, 0.25f, 0.25f)));
    }

    [Fact]
    public void Bool_names_one_of_two_labels_with_confidence_1()
    {
        var maker = new ArgmaxDecisionMaker(new(), TensorElementType.Bool, 1, TensorElementType.Undefined, 0, ["normal", "anomaly"]);

        Assert.Equal(new Decision(1, 1, true, true), maker.Decide([1], default));
        Assert.Equal(new Decision(0, 1, true, true), maker.Decide([0], default));
    }

    [Theory]
    [InlineData(3L)]
    [InlineData(-1L)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Label_that_does_not_exist_is_invalid_and_no_label_whatever_the_hold(long label)
    {
        var maker = new ArgmaxDecisionMaker(new() { HoldWindows = 9 }, TensorElementType.Int64, 1, TensorElementType.Undefined, 0, Three);
        maker.Decide(Outputs.Of(2L), default);

        Assert.Equal(new Decision(None, float.NaN, false, true), maker.Decide(Outputs.Of(label), default));
        Assert.Equal(new Decision(0, 1, true, true), maker.Decide(Outputs.Of(0L), default));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Score_that_is_no_number_makes_the_window_invalid_wherever_it_stands(float bad)
    {
        var scores = New(new());
        var named = new ArgmaxDecisionMaker(new(), TensorElementType.Int64, 1, TensorElementType.Float32, 3, Three);
        for (var at = 0; at < 3; at++)
        {
            float[] output = [0.1f, 0.2f, 0.3f];
            output[at] = bad;
            Assert.False(scores.Decide(Outputs.Of(output), default).IsValid);
            Assert.False(named.Decide(Outputs.Of((long)at), Outputs.Of(output)).IsValid);
        }
    }

    [Fact]
    public void Confidence_below_the_minimum_is_no_label()
    {
        var maker = New(new() { MinConfidence = 0.5 });

        Assert.Equal(new Decision(None, 0.4f, true, false), maker.Decide(Outputs.Of(0.3f, 0.4f, 0.3f), default));
        Assert.Equal(new Decision(1, 0.5f, true, true), maker.Decide(Outputs.Of(0.3f, 0.5f, 0.2f), default));
    }

    [Fact]
    public void Another_label_wins_only_when_it_has_held_out_longer_than_the_hold()
    {
        var maker = New(new() { HoldWindows = 2 });

        Assert.Equal([0, 0, 0, 0, 0, 0, 1], Labels(maker, 0, 1, 1, 0, 1, 1, 1));
        // Rivals that take turns never win.
        Assert.Equal([1, 1, 1, 1, 1, 1], Labels(maker, 0, 2, 0, 2, 0, 2));
        Assert.True(maker.Reset());
        Assert.Equal([2], Labels(maker, 2));
    }

    [Fact]
    public void Any_run_of_labels_is_decided_as_the_definition_says()
    {
        // -1: confidence too low; 3: not valid.
        Prop.ForAll(Gen.Choose(-1, 3).ListOf().ToArbitrary(), Gen.Choose(0, 3).ToArbitrary(), (run, hold) =>
        {
            var maker = new ArgmaxDecisionMaker(new() { HoldWindows = hold, MinConfidence = 0.5 }, TensorElementType.Int32, 1, TensorElementType.Float32, 3, Three);
            var state = None;
            for (var at = 0; at < run.Count; at++)
            {
                var before = state;
                var candidate = run[at];
                if (candidate == 3) state = None;
                else if (candidate != state && (state == None || CountBack(at) > hold)) state = candidate;

                var decision = maker.Decide(Outputs.Of(Math.Max(0, candidate)), candidate < 0 ? Outputs.Of(0f, 0f, 0f) : Outputs.Of(1f, 1f, 1f));

                Assert.Equal((state, candidate != 3, state != before), (decision.Label, decision.IsValid, decision.Changed));
            }

            int CountBack(int from)
            {
                var count = 0;
                for (var same = run[from]; from >= 0 && run[from] == same; from--) count++;
                return count;
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Outputs_that_do_not_fit_the_labels_are_refused_with_what_would()
    {
        Refused("the output has 4 scores, but there are 3 labels; set decision.labels", TensorElementType.Float32, 4, TensorElementType.Undefined, 0, Three);
        Refused("the output names a label, so it must have 1 element; it has 3", TensorElementType.Int64, 3, TensorElementType.Undefined, 0, Three);
        Refused("the scores output has 2 elements, but there are 3 labels", TensorElementType.Int64, 1, TensorElementType.Float32, 2, Three);
        Refused("has no labels; set decision.labels", TensorElementType.Int64, 1, TensorElementType.Undefined, 0, []);
        Refused("the output is string", TensorElementType.String, 1, TensorElementType.Undefined, 0, Three);
        Refused("the scores output is complex64", TensorElementType.Int64, 1, TensorElementType.Complex64, 3, Three);

        static void Refused(string expected, TensorElementType type, long count, TensorElementType scoresType, long scoresCount, string[] labels) => Assert.Contains(
            expected, Assert.Throws<DecisionMismatchException>(() => new ArgmaxDecisionMaker(new(), type, count, scoresType, scoresCount, labels)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deciding_allocates_nothing()
    {
        var maker = new ArgmaxDecisionMaker(new() { HoldWindows = 1 }, TensorElementType.Int64, 1, TensorElementType.Float32, 3, Three);
        var scores = Outputs.Of(0.2f, 0.3f, 0.5f);
        var labels = new[] { Outputs.Of(0L), Outputs.Of(2L), Outputs.Of(9L) };
        var at = 0;

        Assert.Equal(0, Allocations.Of(() => maker.Decide(labels[at++ / 2 % 3], scores)));
    }

    private static ArgmaxDecisionMaker New(ArgmaxDecisionOptions options) => new(options, TensorElementType.Float32, 3, TensorElementType.Undefined, 0, Three);

    private static int[] Labels(ArgmaxDecisionMaker maker, params int[] winners) =>
        [.. winners.Select(winner => maker.Decide(Outputs.Of([.. Enumerable.Range(0, 3).Select(label => label == winner ? 1f : 0f)]), default).Label)];
}
