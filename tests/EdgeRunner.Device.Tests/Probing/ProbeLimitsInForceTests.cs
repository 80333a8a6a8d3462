using EdgeRunner.Device.Probing;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Tests.Probing;

public sealed class ProbeLimitsInForceTests
{
    private const long Mebi = 1 << 20;
    private const long Plenty = 64L << 30;

    [Fact]
    public void What_is_asked_for_wins_over_what_the_bundle_promises()
    {
        var limits = ProbeLimitsInForce.Resolve(
            new ProbeLimits { MemoryBytes = 7 * Mebi, CpuSeconds = 3, WallSeconds = 5, P99Microseconds = 11, Runs = 13 }, new LimitsSpec(100 * Mebi, 1_000), Mebi, Plenty);
        Assert.Equal((7 * Mebi, 3, 5, 11L, 13), (limits.MemoryBytes, limits.CpuSeconds, limits.WallSeconds, limits.P99Microseconds, limits.Runs));
        Assert.Equal(("asked for", "asked for"), (limits.MemoryFrom, limits.P99From));
    }

    [Fact]
    public void Promise_gets_head_room_and_says_so()
    {
        var limits = ProbeLimitsInForce.Resolve(new ProbeLimits(), new LimitsSpec(100 * Mebi, 1_000), Mebi, Plenty);
        Assert.Equal((157 * Mebi, 1_500L), (limits.MemoryBytes, limits.P99Microseconds));
        Assert.Contains("limits.memoryBytes", limits.MemoryFrom, StringComparison.Ordinal);
        Assert.Contains("limits.p99LatencyMicroseconds", limits.P99From, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_promise_the_defaults_hold_and_grow_with_the_bundle()
    {
        var small = ProbeLimitsInForce.Resolve(new ProbeLimits(), new LimitsSpec(), Mebi, Plenty);
        Assert.Equal((512 * Mebi, "default", 250_000L, 60, 120, 200), (small.MemoryBytes, small.MemoryFrom, small.P99Microseconds, small.WallSeconds, small.CpuSeconds, small.Runs));
        Assert.Equal(2 * 512 * Mebi + (1L << 30), small.AddressSpaceBytes);
        Assert.Equal(1200 * Mebi, ProbeLimitsInForce.Resolve(new ProbeLimits(), new LimitsSpec(), 300 * Mebi, null).MemoryBytes);
    }

    [Fact]
    public void Nobody_gets_more_than_three_quarters_of_what_the_machine_can_give()
    {
        var limits = ProbeLimitsInForce.Resolve(new ProbeLimits { MemoryBytes = 1L << 40 }, new LimitsSpec(), Mebi, 400 * Mebi);
        Assert.Equal((300 * Mebi, "three quarters of MemAvailable"), (limits.MemoryBytes, limits.MemoryFrom));
    }

    [Fact]
    public void Absurd_promise_does_not_overflow()
    {
        var limits = ProbeLimitsInForce.Resolve(new ProbeLimits(), new LimitsSpec(long.MaxValue, long.MaxValue), Mebi, null);
        Assert.Equal((long.MaxValue, long.MaxValue, long.MaxValue), (limits.MemoryBytes, limits.AddressSpaceBytes, limits.P99Microseconds));
    }
}
