using EdgeRunner.Device.Updates.Download;

namespace EdgeRunner.Device.Tests.Updates.Download;

public sealed class RateMeterTests
{
    [Fact]
    public void Rate_is_that_of_the_last_five_seconds()
    {
        var time = new ManualTimeProvider();
        var meter = new RateMeter(time);
        Assert.Equal(0, meter.Add(0));
        var bytes = 0L;
        for (var second = 1; second <= 10; second++) Assert.Equal(1_000, Next(1_000));
        for (var second = 1; second <= 6; second++) Next(100);
        Assert.Equal(100, Next(100));
        for (var second = 1; second <= 6; second++) Next(0);
        Assert.Equal(0, Next(0)); // stalled

        double Next(long more)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return meter.Add(bytes += more);
        }
    }

    [Fact]
    public void Two_looks_at_the_same_instant_are_no_rate()
    {
        var meter = new RateMeter(new ManualTimeProvider());
        meter.Add(0);
        Assert.Equal(0, meter.Add(1_000_000));
    }
}
