using EdgeRunner.Messaging.Rollouts;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Messaging.Tests.Rollouts;

public sealed class ParticipationTests
{
    // Reckoned with sha256sum and bc, as the doc of Participation has it.
    [Theory]
    [InlineData("box-1", "a1b2c3", 2638)]
    [InlineData("box-2", "a1b2c3", 6216)]
    [InlineData("edge.7", "a1b2c3", 1005)]
    [InlineData("edge.7", "", 9464)]
    public void A_place_is_what_a_shell_reckons(string device, string seed, int place)
    {
        Assert.Equal(place, Participation.PlaceOf(device, seed));
        Assert.False(Participation.Includes(device, seed, place));
        Assert.True(Participation.Includes(device, seed, place + 1));
    }

    [Fact]
    public void Nobody_takes_part_at_zero_and_everybody_at_a_hundred_percent() => Prop.ForAll<NonNull<string>, NonNull<string>>((device, seed) =>
        !Participation.Includes(device.Get, seed.Get, 0) && Participation.Includes(device.Get, seed.Get, DesiredModel.AllDevices)
        && !Participation.Includes(device.Get, seed.Get, int.MinValue) && Participation.Includes(device.Get, seed.Get, int.MaxValue)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_device_that_takes_part_still_does_at_a_higher_percentage() => Prop.ForAll<NonNull<string>, NonNull<string>, int>((device, seed, percent) =>
    {
        var (lower, higher) = (Math.Abs(percent % DesiredModel.AllDevices), Math.Abs(percent % DesiredModel.AllDevices) + 1);
        return !Participation.Includes(device.Get, seed.Get, lower) || Participation.Includes(device.Get, seed.Get, higher);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Of_many_devices_about_the_percentage_takes_part_and_another_seed_draws_others()
    {
        var devices = Enumerable.Range(0, 20_000).Select(n => $"box-{n}").ToArray();
        var model = new DesiredModel("1.2.0", 2, "one", 2_500);
        var one = devices.Where(d => Participation.Includes(d, model)).ToHashSet();
        var two = devices.Where(d => Participation.Includes(d, model with { Seed = "two" })).ToHashSet();

        Assert.InRange(one.Count, 4_700, 5_300); // 5000 with a deviation of 61; the hash is fixed, so this cannot flicker
        Assert.InRange(one.Intersect(two).Count(), 1_050, 1_450); // a quarter of a quarter
    }
}
