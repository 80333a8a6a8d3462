using EdgeRunner.Device.Benchmarking;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Benchmarking;

public sealed class PercentilesTests
{
    private static readonly int[] PerMille = [0, 1, 10, 250, 500, 900, 990, 999, 1000];

    [Fact]
    public void Percentile_is_the_smallest_value_that_the_fraction_does_not_exceed() => Prop.ForAll(
        Gen.Choose(0, 5000).NonEmptyListOf().ToArbitrary(),
        values =>
        {
            var sorted = values.Select(value => (long)value).Order().ToArray();
            // The naive reference counts, in whole numbers: no rounding can be shared with what is tested.
            return PerMille.All(perMille => Percentiles.Of(sorted, perMille / 1000.0)
                == sorted.First(value => sorted.Count(other => other <= value) * 1000L >= perMille * (long)sorted.Length));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1000, 0.999, 999)]
    [InlineData(1000, 0.99, 990)]
    [InlineData(999, 0.999, 999)]
    [InlineData(100, 0.07, 7)]
    [InlineData(1, 0.5, 1)]
    public void Rank_is_exact_where_the_fraction_is_not_exact_in_binary(int count, double fraction, long expected) =>
        Assert.Equal(expected, Percentiles.Of([.. Enumerable.Range(1, count).Select(i => (long)i)], fraction));

    [Fact]
    public void Median_is_the_middle_or_the_mean_of_the_middle_two() => Prop.ForAll(
        Gen.Choose(-1000, 1000).NonEmptyListOf().ToArbitrary(),
        values =>
        {
            var left = values.Select(value => (double)value).ToList();
            while (left.Count > 2)
            {
                left.Remove(left.Max());
                left.Remove(left.Min());
            }

            return Percentiles.Median([.. values.Select(value => (double)value)]).Equals(left.Average());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Nothing_has_no_percentile()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Percentiles.Of([], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Percentiles.Of([1], 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Percentiles.Median([]));
    }

    [Fact]
    public void Histogram_has_every_run_once_in_a_bin_that_holds_it() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).NonEmptyListOf().ToArbitrary(),
        values =>
        {
            var sorted = values.Select(value => (long)value).Order().ToArray();
            var bins = LogHistogram.Of(sorted);
            return bins.Sum(bin => bin.Runs) == sorted.Length
                && bins.Zip(bins.Skip(1)).All(pair => pair.First.ToUs <= pair.Second.FromUs)
                // The bounds are rounded to a thousandth of a nanosecond.
                && bins.All(bin => bin.Runs <= sorted.Count(value => Math.Max(value, 1) / 1000.0 >= bin.FromUs - 2e-6 && Math.Max(value, 1) / 1000.0 <= bin.ToUs + 2e-6));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Samples_give_the_percentiles_of_each_round()
    {
        var samples = new LatencySamples();
        var tick = System.Diagnostics.Stopwatch.Frequency / 1_000_000; // One microsecond.
        foreach (var round in (long[][])[[3, 1, 2], [30, 10]])
        {
            samples.BeginRound(round.Length);
            foreach (var microseconds in round) samples.Add(100, 100 + (microseconds * tick));
            Assert.True(samples.IsFull);
            samples.EndRound();
        }

        Assert.Equal([2000.0, 10_000.0], samples.ByRound(0.5));
        Assert.Equal([1000L, 2000, 3000, 10_000, 30_000], samples.Sorted());
    }

    [Fact]
    public void Clock_that_steps_back_counts_as_no_time()
    {
        var samples = new LatencySamples();
        samples.BeginRound(1);
        samples.Add(10, 5);
        Assert.Equal([0L], samples.Sorted());
    }
}
