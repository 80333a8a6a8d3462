using EdgeRunner.Device.Benchmarking;

namespace EdgeRunner.Device.Tests.Benchmarking;

public sealed class RecommenderTests
{
    private static readonly BenchSettingResult One = Reports.Setting(1, spinning: false, 100, 101, 102, 103, 104);

    [Fact]
    public void Only_setting_is_the_recommended_one() => Assert.Equal(new BenchRecommendation(1, false, "1 thread: the only setting that was measured."), Recommender.Choose([One]));

    [Fact]
    public void More_threads_that_are_no_quicker_are_refused_with_the_numbers()
    {
        var advice = Recommender.Choose([One, Reports.Setting(2, false, 110, 111, 112, 113, 114)]);
        Assert.Equal((1, false, "1 thread: 2 threads are no quicker (p50 112 µs against 102 µs)."), (advice.IntraOpThreads, advice.AllowSpinning, advice.Reason));
    }

    [Fact]
    public void Small_gain_is_not_worth_a_core()
    {
        var advice = Recommender.Choose([One, Reports.Setting(2, false, 90, 91, 92, 93, 94)]);
        Assert.Equal(1, advice.IntraOpThreads);
        Assert.Contains("2 threads gain too little for the cores they take (p50 92.0 µs against 102 µs, -10 %)", advice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Large_gain_is_taken_and_its_price_is_named()
    {
        var advice = Recommender.Choose([One, Reports.Setting(2, false, 50, 51, 52, 53, 54)]);
        Assert.Equal((2, false), (advice.IntraOpThreads, advice.AllowSpinning));
        Assert.Contains("p50 is 52.0 µs instead of 102 µs with 1 thread (-49 %)", advice.Reason, StringComparison.Ordinal);
        Assert.Contains("of processor time", advice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Longer_tail_outweighs_a_shorter_median()
    {
        var tail = One with { Threads = 2, BackToBack = Reports.Summary([50, 51, 52, 53, 54], [500, 501, 502, 503, 504]) };
        var advice = Recommender.Choose([One, tail]);
        Assert.Equal(1, advice.IntraOpThreads);
        Assert.Contains("slower where it counts: p99 502 µs against 102 µs", advice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Gain_in_too_few_rounds_may_be_noise()
    {
        var advice = Recommender.Choose([One, Reports.Setting(2, false, 50, 51, 52, 203, 204) with { BackToBack = Reports.Summary([50, 51, 52, 203, 204], [60, 60, 60, 60, 60]) }]);
        Assert.Equal(1, advice.IntraOpThreads);
        Assert.Contains("in only 3 of 5 rounds", advice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_that_are_the_same_the_one_with_fewer_threads_and_no_spinning_is_taken()
    {
        var advice = Recommender.Choose([One, Reports.Setting(4, false, 49, 49, 49, 49, 49), Reports.Setting(2, true, 50, 50, 50, 50, 50), Reports.Setting(2, false, 51, 51, 51, 51, 51)]);
        Assert.Equal((2, false), (advice.IntraOpThreads, advice.AllowSpinning));
    }

    [Fact]
    public void Paced_runs_decide_where_they_were_made()
    {
        var one = One with { Paced = Reports.Summary([300, 300, 300, 300, 300]) };
        var two = Reports.Setting(2, false, 50, 50, 50, 50, 50) with { Paced = Reports.Summary([320, 320, 320, 320, 320]) };
        Assert.Equal(1, Recommender.Choose([one, two]).IntraOpThreads);
    }
}
