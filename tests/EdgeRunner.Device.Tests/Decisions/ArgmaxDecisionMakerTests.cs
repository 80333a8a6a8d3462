using System.Runtime.InteropServices;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Tests.Sensors;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Decisions;

public class ArgmaxDecisionMakerTests
{
    private static readonly string[] Labels = ["idle", "heating", "fault"];

    [Fact]
    public void Highest_score_wins_and_ties_go_to_the_lower_index()
    {
        var maker = Scores(new ArgmaxDecisionOptions());
        Assert.Equal(new Decision(1, 0.7f, true, true), Decide(maker, 0.2f, 0.7f, 0.1f));
        Assert.Equal(new Decision(0, 0.4f, true, true), Decide(maker, 0.4f, 0.4f, 0.2f));
        Assert.Equal(new Decision(0, 0.9f, true, false), Decide(maker, 0.9f, 0, 0.1f));
    }

    [Fact]
    public void Score_below_the_confidence_is_no_label_but_valid()
    {
        var maker = Scores(new ArgmaxDecisionOptions { MinConfidence = 0.6 });
        Assert.Equal(new Decision(Decision.None, 0.5f, true, false), Decide(maker, 0.5f, 0.3f, 0.2f));
        Assert.Equal(0, Decide(maker, 0.61f, 0.3f, 0.1f).Label);
    }

    [Fact]
    public void Another_label_wins_only_after_the_hold()
    {
        var maker = Scores(new ArgmaxDecisionOptions { HoldWindows = 2 });
        int[] winners = [0, 1, 1, 0, 1, 1, 1, 2, 1, 2, 2, 2];
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2], winners.Select(winner => Decide(maker, winner == 0 ? 1 : 0, winner == 1 ? 1 : 0, winner == 2 ? 1 : 0).Label));
    }

    [Fact]
    public void Label_named_by_the_model_takes_its_confidence_from_the_scores()
    {
        var maker = new ArgmaxDecisionMaker(new ArgmaxDecisionOptions { Scores = "probabilities", MinConfidence = 0.5 }, TensorElementType.Int64, 1, TensorElementType.Float32, 3, Labels);
        Assert.Equal(new Decision(2, 0.8f, true, true), Named(maker, 2, 0.1f, 0.1f, 0.8f));
        Assert.Equal(Decision.None, Named(maker, 2, 0.4f, 0.2f, 0.4f).Label);
        foreach (var bad in new long[] { -1, 3, long.MaxValue, long.MinValue })
            Assert.False(Named(maker, bad, 0.1f, 0.1f, 0.8f).IsValid);
        Assert.False(Named(maker, 0, float.NaN, 0.1f, 0.8f).IsValid);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Any_score_that_is_not_finite_gives_the_safe_state(float bad)
    {
        var maker = Scores(new ArgmaxDecisionOptions { HoldWindows = 9 });
        Decide(maker, 1, 0, 0);
        Assert.Equal((Decision.None, false, true), Decide(maker, 1, 0, bad) is var d ? (d.Label, d.IsValid, d.Changed) : default);
        Assert.Equal(1, Decide(maker, 0, 1, 0).Label); // nothing is held any more
    }

    [Fact]
    public void Gap_forgets_label_and_hold()
    {
        var maker = Scores(new ArgmaxDecisionOptions { HoldWindows = 1 });
        Decide(maker, 1, 0, 0);
        Assert.True(maker.Reset());
        Assert.False(maker.Reset());
        Assert.Equal(2, Decide(maker, 0, 0, 1).Label);
    }

    [Fact]
    public void State_machine_equals_its_plain_definition_for_any_winners()
    {
        var cases = from winners in Gen.Choose(0, 4).ListOf() from hold in Gen.Choose(0, 3) select (winners, hold); // 3 = unsure, 4 = NaN
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var maker = Scores(new ArgmaxDecisionOptions { HoldWindows = c.hold, MinConfidence = 0.5 });
            var (current, seen) = (Decision.None, new List<int>());
            foreach (var winner in c.winners)
            {
                var scores = winner == 4 ? [0, float.NaN, 0] : Enumerable.Range(0, 3).Select(i => i == winner ? 1f : 0.1f).ToArray();
                var decision = Decide(maker, scores);
                var was = current;
                var candidate = winner < 3 ? winner : Decision.None;
                seen.Add(candidate);
                if (winner == 4)
                    (current, seen) = (Decision.None, []);
                else if (candidate == current)
                    seen = [];
                else if (current == Decision.None || (seen.Count > c.hold && seen.TakeLast(c.hold + 1).Distinct().Count() == 1))
                    (current, seen) = (candidate, []);
                if (decision.Label != current || decision.Changed != (was != current) || decision.IsValid == (winner == 4))
                    return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused()
    {
        Assert.Contains("4 scores, but there are 3 labels", Refusal(TensorElementType.Float32, 4, TensorElementType.Undefined, 0), StringComparison.Ordinal);
        Assert.Contains("must have 1 element; it has 2", Refusal(TensorElementType.Int64, 2, TensorElementType.Undefined, 0), StringComparison.Ordinal);
        Assert.Contains("scores output has 5 elements", Refusal(TensorElementType.Int64, 1, TensorElementType.Float32, 5), StringComparison.Ordinal);

        static string Refusal(TensorElementType type, long count, TensorElementType scoresType, long scores) => Assert.Throws<DecisionMismatchException>(
            () => new ArgmaxDecisionMaker(new ArgmaxDecisionOptions(), type, count, scoresType, scores, Labels)).Message;
    }

    [Fact]
    public void Deciding_allocates_nothing()
    {
        var maker = Scores(new ArgmaxDecisionOptions { HoldWindows = 1 });
        var output = new float[3];
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                output[i % 3] = i % 7;
                maker.Decide(MemoryMarshal.AsBytes<float>(output), default);
            }
        }));
    }

    private static ArgmaxDecisionMaker Scores(ArgmaxDecisionOptions options) => new(options, TensorElementType.Float32, 3, TensorElementType.Undefined, 0, Labels);

    private static Decision Decide(ArgmaxDecisionMaker maker, params float[] scores) => maker.Decide(MemoryMarshal.AsBytes<float>(scores), default);

    private static Decision Named(ArgmaxDecisionMaker maker, long label, params float[] scores) =>
        maker.Decide(MemoryMarshal.AsBytes<long>(new[] { label }), MemoryMarshal.AsBytes<float>(scores));
}
