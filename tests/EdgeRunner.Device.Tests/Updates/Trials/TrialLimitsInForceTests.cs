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

        Assert.Equal((10L, TimeSpan.FromMinutes(1), 0.5), (inForce.Windows, inForce.Time, inForce.MaxErrorRate));
    }

    [Fact]
    public void Rollout_may_be_stricter_than_the_device_and_less_strict_within_its_bounds()
    {
        var options = new TrialOptions();
        var strict = TrialLimitsInForce.Of(options, new TrialLimits { Windows = 100_000, Minutes = 60, MaxErrorRate = 0 });
        var loose = TrialLimitsInForce.Of(options, new TrialLimits { Windows = 20, Minutes = 2, MaxErrorRate = 0.4 });

        Assert.Equal((100_000L, TimeSpan.FromHours(1), 0.0), (strict.Windows, strict.Time, strict.MaxErrorRate));
        Assert.Equal((20L, TimeSpan.FromMinutes(2), 0.4), (loose.Windows, loose.Time, loose.MaxErrorRate));
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
}
