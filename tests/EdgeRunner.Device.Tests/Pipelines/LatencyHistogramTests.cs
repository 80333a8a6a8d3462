using EdgeRunner.Device.Pipelines;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Pipelines;

public class LatencyHistogramTests
{
    [Fact]
    public void Percentile_is_that_of_the_sorted_list_or_at_most_3_2_percent_more()
    {
        var latencies = Gen.Choose(0, 62).SelectMany(bits => Gen.Choose(0, int.MaxValue).Select(value => ((1L << bits) - 1) & (value * 0x1_0000_0001L)));
        Prop.ForAll(latencies.ListOf().Where(list => list.Count > 0).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (list, thousandth) =>
        {
            var histogram = new LatencyHistogram();
            foreach (var latency in list) histogram.Record(latency);
            var exact = list.Order().ElementAt(Math.Max(1, (int)Math.Ceiling(thousandth / 1000.0 * list.Count)) - 1);

            var found = histogram.PercentileNanoseconds(thousandth / 1000.0);

            Assert.True(found >= exact && (found - exact) <= exact * 0.032, $"{found} for {exact}");
            Assert.Equal((list.Count, list.Max()), (histogram.Count, histogram.MaximumNanoseconds));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Clock_that_steps_back_counts_as_zero_and_the_longest_time_there_is_has_a_bucket()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.PercentileNanoseconds(0.5));
        histogram.Record(long.MinValue);
        histogram.Record(-1);
        histogram.Record(long.MaxValue);

        Assert.Equal((3, 0, long.MaxValue), (histogram.Count, histogram.PercentileNanoseconds(0.5), histogram.PercentileNanoseconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.PercentileNanoseconds(1.01));
        Assert.Equal(0, Allocations.Of(() => histogram.Record(12_345), calls: 100));
    }
}
