using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.Trials;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Tests.Updates.Trials;

/// <summary>What a rollout may ask of a device, and what it may not.</summary>
public sealed class TrialLimitsInForceTests
{
    private static readonly TrialLimits NoTrial = new() { Windows = 1, Minutes = 0, MaxErrorRate = 1 };

    [Fact]
    public void Rollout_cannot_do_away_with_the_trial()
    {
        var inForce = TrialLimitsInForce.Of(new TrialOptions(), NoTrial);

        Assert.Equal((100L, TimeSpan.FromMinutes(1), 0.5), (inForce.Windows, inForce.Time, inForce.MaxErrorRate));
    }

    [Fact]
    public void Rollout_may_be_stricter_than_the_device_and_less_strict_within_its_bounds()
    {
        var options = new TrialOptions();
        var strict = TrialLimitsInForce.Of(options, new TrialLimits { Windows = 100_000, Minutes = 60, MaxErrorRate = 0 });
        var loose = TrialLimitsInForce.Of(options, new TrialLimits { Windows = 200, Minutes = 2, MaxErrorRate = 0.4 });

        Assert.Equal((100_000L, TimeSpan.FromHours(1), 0.0), (strict.Windows, strict.Time, strict.MaxErrorRate));
        Assert.Equal((200L, TimeSpan.FromMinutes(2), 0.4), (loose.Windows, loose.Time, loose.MaxErrorRate));
    }

    [Fact]
    public void Device_may_ask_of_itself_what_it_wants_and_a_rollout_of_it_no_more_than_that()
    {
        var options = new TrialOptions { Windows = 5, Minutes = 0, MaxErrorRate = 1 };

        foreach (var inForce in new[] { TrialLimitsInForce.Of(options, null), TrialLimitsInForce.Of(options, NoTrial with { Windows = 5 }) })
            Assert.Equal((5L, TimeSpan.Zero, 1.0), (inForce.Windows, inForce.Time, inForce.MaxErrorRate));
    }

    [Fact]
    public void Bounds_of_the_device_count_whatever_the_rollout_says()
    {
        var inForce = TrialLimitsInForce.Of(new TrialOptions { Windows = 500, MinWindows = 300, Minutes = 30, MinMinutes = 20, ErrorRateCap = 0.02 }, NoTrial);

        Assert.Equal((300L, TimeSpan.FromMinutes(20), 0.02), (inForce.Windows, inForce.Time, inForce.MaxErrorRate));
    }

    [Theory]
    [InlineData(3, 1000.0, 10)] // the cap
    [InlineData(3, 7.0, 7)]
    [InlineData(3, 1.0, 1)]
    [InlineData(50, 1000.0, 50)] // the device itself asks for less
    [InlineData(50, null, 50)]
    public void Latency_ratio_is_the_rollouts_up_to_the_cap(double configured, double? asked, double expected) =>
        Assert.Equal(expected, TrialLimitsInForce.Of(new TrialOptions { MaxLatencyRatio = configured }, new TrialLimits { MaxLatencyRatio = asked }).MaxLatencyRatio);

    [Theory]
    [InlineData(0, 0.0, 9.0, 9)] // neither cap nor limit: the rollout decides
    [InlineData(0, 0.2, 0.0, 0.2)]
    [InlineData(0, 0.2, 9.0, 0.2)]
    [InlineData(0.5, 0.2, 0.0, 0.5)] // not to compare is the loosest of all
    [InlineData(0.5, 0.2, 9.0, 0.5)]
    [InlineData(0.5, 0.2, 0.1, 0.1)]
    [InlineData(0.5, 0.8, 0.0, 0.8)]
    [InlineData(0.5, 0.0, 0.0, 0.5)]
    [InlineData(0.5, 0.0, null, 0)] // what the device asks of itself is not bounded
    public void Drift_is_the_rollouts_up_to_the_cap_where_there_is_one(double cap, double configured, double? asked, double expected) =>
        Assert.Equal(expected, TrialLimitsInForce.Of(new TrialOptions { DriftCap = cap, MaxDrift = configured }, new TrialLimits { MaxDrift = asked }).MaxDrift);
}
