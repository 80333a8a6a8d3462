using EdgeRunner.Device.Sensors;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Sensors;

public class OverloadPolicyTests
{
    [Fact]
    public void Newest_wins_keeps_exactly_the_newest_full_window()
    {
        var policy = new OverloadPolicy(OverloadMode.NewestWins, windowFrames: 576, hopFrames: 512, maxLagFrames: 8_000);
        Assert.Equal(0, policy.Excess(8_000, 512));
        Assert.Equal(8_001 - 576, policy.Excess(8_001, 512));
        Assert.Equal(0, new OverloadPolicy(OverloadMode.NewestWins, 576, 512, 0).Excess(576 + 512, 512));
    }

    [Fact]
    public void Drop_newest_works_off_the_backlog_and_then_gives_up_what_arrived_meanwhile()
    {
        var policy = new OverloadPolicy(OverloadMode.DropNewest, windowFrames: 10, hopFrames: 10, maxLagFrames: 30);
        Assert.Equal(0, policy.Excess(40, 10));
        Assert.Equal(0, policy.Excess(45, 10));
        Assert.Equal(0, policy.Excess(45, 20));
        Assert.Equal(45, policy.Excess(45, 10));
        Assert.Equal(0, policy.Excess(10, 10));
    }

    [Fact]
    public void Sources_that_wait_and_mode_block_lose_nothing()
    {
        using var directory = new TempDirectory();
        File.WriteAllBytes(directory.File("x.raw"), new byte[4_000]);
        using var fast = new ReplaySource(Recordings.Options(directory.File("x.raw")) with { SampleType = SampleType.S8 }, TimeProvider.System);
        fast.Open();
        fast.Read(new float[1], default);
        Assert.Equal(0, new OverloadPolicy(OverloadMode.NewestWins, 1, 1, 0).Apply(fast, 1));
        using var live = new ReplaySource(new ReplaySourceOptions { File = directory.File("x.raw"), SampleType = SampleType.S8, SampleRateHz = 100_000 }, TimeProvider.System);
        live.Open();
        live.Read(new float[1], default);
        Thread.Sleep(20);
        Assert.Equal(0, new OverloadPolicy(OverloadMode.Block, 1, 1, 0).Apply(live, 1));
        var policy = new OverloadPolicy(OverloadMode.NewestWins, 10, 10, 0);
        Assert.True(policy.Apply(live, 1) > 100);
        Assert.Equal((1, true), (policy.Drops, policy.DroppedFrames > 100));
    }

    [Fact]
    public void Newest_wins_always_leaves_a_full_window_and_never_more_than_the_limit()
    {
        var numbers = Gen.Choose(1, 5_000).Select(i => (long)i);
        Prop.ForAll(numbers.ToArbitrary(), numbers.ToArbitrary(), numbers.ToArbitrary(), (window, lag, available) =>
        {
            var left = available - new OverloadPolicy(OverloadMode.NewestWins, window, window, lag).Excess(available, window);
            return left == available ? available <= Math.Max(lag, 2 * window) : left == window;
        }).QuickCheckThrowOnFailure();
    }
}
