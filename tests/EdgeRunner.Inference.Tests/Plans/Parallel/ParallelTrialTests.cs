using System.Globalization;
using EdgeRunner.Inference.Plans.Parallel;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Inference.Tests.Plans.Parallel;

public sealed class ParallelTrialTests
{
    [Theory]
    [InlineData(1000, 500, 50, true)]
    [InlineData(1000, 849, 50, true)]
    [InlineData(1000, 851, 50, false)] // less than 15 %
    [InlineData(1000, 700, 300, false)] // no more than the hand-over
    [InlineData(1000, 1400, 0, false)]
    public void Side_by_side_must_win_by_15_percent_and_by_more_than_handing_over(long inTurn, long beside, long handOver, bool expected) =>
        Assert.Equal(expected, ParallelTrial.IsClearlyFaster(inTurn, beside, handOver));

    [Theory]
    [InlineData("5", 3, 5)]
    [InlineData("3 3 3 3", 2, 6)]
    [InlineData("1 1 1 9", 2, 9)]
    [InlineData("4 3 3 2", 2, 6)]
    [InlineData("2 2 2", 1, 6)]
    public void Members_are_spread_longest_first(string times, int threads, long expected) =>
        Assert.Equal(expected, ParallelTrial.Makespan(times.Split(' ').Select(time => long.Parse(time, CultureInfo.InvariantCulture)), threads));

    [Fact]
    public void Decision_is_said_in_one_line_with_its_numbers()
    {
        Assert.Equal("3 members side by side on 2 threads: 2.1x faster (100 µs instead of 210 µs)", new ParallelDecision(true, 3, 2, null, 210, 100).ToString());
        Assert.Equal("in turn: side by side would be 0.8x (100.5 µs instead of 80.4 µs)", new ParallelDecision(false, 3, 1, null, 80.4, 100.5).ToString());
        Assert.Equal("in turn: there is one core", new ParallelDecision(false, 3, 1, "there is one core").ToString());
        Assert.Equal("3 members side by side on 2 threads: as configured, not measured", new ParallelDecision(true, 3, 2, "as configured, not measured").ToString());
    }
}
