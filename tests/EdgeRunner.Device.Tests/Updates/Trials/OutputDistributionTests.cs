using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Updates.Trials;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Updates.Trials;

public sealed class OutputDistributionTests
{
    private static readonly Gen<float> Scores = Gen.Choose(int.MinValue, int.MaxValue).Select(BitConverter.Int32BitsToSingle).Where(float.IsFinite);

    [Fact]
    public void Buckets_rise_with_the_score_and_every_score_has_one() => Prop.ForAll(Scores.ToArbitrary(), Scores.ToArbitrary(), (a, b) =>
    {
        var (low, high) = (Math.Min(a, b), Math.Max(a, b));
        Assert.InRange(ScoreHistogram.BucketOf(low), 0, ScoreHistogram.BucketOf(high));
        Assert.InRange(ScoreHistogram.BucketOf(high), 0, ScoreHistogram.Count - 1);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Buckets_tell_scores_of_a_classifier_apart_and_are_alike_on_both_sides_of_zero()
    {
        Assert.NotEqual(ScoreHistogram.BucketOf(0.92f), ScoreHistogram.BucketOf(0.98f));
        Assert.Equal(ScoreHistogram.Zero, ScoreHistogram.BucketOf(0));
        Assert.Equal(ScoreHistogram.Zero, ScoreHistogram.BucketOf(-0f));
        Assert.Equal(ScoreHistogram.Zero - ScoreHistogram.BucketOf(-0.5f), ScoreHistogram.BucketOf(0.5f) - ScoreHistogram.Zero);
        Assert.Equal(ScoreHistogram.Count - 1, ScoreHistogram.BucketOf(float.MaxValue));
        Assert.Equal(0, ScoreHistogram.BucketOf(float.MinValue));
    }

    [Fact]
    public void Distance_is_never_negative_and_nothing_is_far_from_itself() =>
        Prop.ForAll(Scores.ListOf().Where(list => list.Count > 0).ToArbitrary(), Scores.ListOf().Where(list => list.Count > 0).ToArbitrary(), (a, b) =>
        {
            var (first, second) = (Of(a), Of(b));
            Assert.True(first.IsValid() && second.IsValid());
            Assert.InRange(first.DistanceOf(second)!.Value, 0, double.MaxValue);
            Assert.Equal(0, first.DistanceOf(first)!.Value, 1e-9);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Scores_that_have_moved_are_far_and_a_second_sample_of_the_same_is_not()
    {
        var random = new Random(1);
        float[] Draw(double mean, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(mean + random.NextDouble()))];
        var reference = Of(Draw(0, 2_000));

        Assert.InRange(reference.DistanceOf(Of(Draw(0, 500)))!.Value, 0, 0.05);
        Assert.InRange(reference.DistanceOf(Of(Draw(0.3, 500)))!.Value, 0.2, 100);
        Assert.InRange(reference.DistanceOf(Of(Draw(9, 500)))!.Value, 1, 100);
        Assert.InRange(Of([.. Enumerable.Repeat(0.5f, 500)]).DistanceOf(Of([.. Enumerable.Repeat(0.75f, 500)]))!.Value, 1, 100);
    }

    [Fact]
    public void Labels_and_scores_cannot_be_compared()
    {
        var labels = new OutputDistribution { Labels = new Dictionary<string, long> { ["a"] = 3 } };

        Assert.Null(labels.DistanceOf(Of([1f])));
        Assert.Null(Of([1f]).DistanceOf(labels));
        Assert.False(new OutputDistribution().IsValid());
        Assert.False(new OutputDistribution { Scores = new Dictionary<int, long> { [ScoreHistogram.Count] = 1 } }.IsValid());
        Assert.False(new OutputDistribution { Labels = new Dictionary<string, long> { ["a"] = -1 } }.IsValid());
    }

    private static OutputDistribution Of(IEnumerable<float> scores)
    {
        var seen = new ServingObservation("tiny", "1.0.0", "", ["y"]);
        foreach (var score in scores) seen.Count(new Decision(Decision.None, score, IsValid: true, Changed: false), FaultKind.None, 1, isLate: false);
        return OutputDistribution.Of(seen);
    }
}
