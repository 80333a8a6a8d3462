using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Tests.Telemetry;

public sealed class TokenBucketTests
{
    [Fact]
    public void The_mean_rate_holds_whatever_the_size_of_the_items()
    {
        var time = new ManualTimeProvider();
        var bucket = new TokenBucket(1000, time);
        long taken = 0;
        for (var i = 0; i < 10_000; i++)
        {
            while (bucket.HasTokens)
            {
                bucket.Take(1 + (i % 5000));
                taken += 1 + (i % 5000);
            }

            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(taken, 100_000, 100_000 + 1000 + 5000); // 100 s, the first burst, and one debt
    }

    [Fact]
    public void The_delay_ends_when_there_are_tokens_and_not_a_moment_sooner()
    {
        var time = new ManualTimeProvider();
        var bucket = new TokenBucket(1000, time);
        Assert.Equal(TimeSpan.Zero, bucket.Delay);
        bucket.Take(3000);
        var delay = bucket.Delay;
        time.Advance(delay - TimeSpan.FromMilliseconds(2));
        Assert.False(bucket.HasTokens);
        time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(bucket.HasTokens);
    }

    [Fact]
    public void The_manual_clock_fires_timers_in_order_at_their_own_time()
    {
        var time = new ManualTimeProvider();
        var start = time.GetUtcNow();
        List<string> fired = [];
        using var periodic = time.CreateTimer(_ => fired.Add($"p{(time.GetUtcNow() - start).TotalSeconds}"), null,
            TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        using var once = time.CreateTimer(_ => fired.Add($"o{(time.GetUtcNow() - start).TotalSeconds}"), null,
            TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        time.Advance(TimeSpan.FromSeconds(5.5));
        Assert.Equal("p1 o2 p3 p5", string.Join(' ', fired));
        periodic.Dispose();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(4, fired.Count);
    }
}
