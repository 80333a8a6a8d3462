using System.Text;
using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>What wakes a device without a person, and what a check that nobody asked for costs.</summary>
public sealed class UpdateWakeTests(Releases releases) : UpdateServiceTestBase(releases)
{
    [Fact]
    public async Task Moment_of_a_rollout_wakes_a_device_at_its_own_time_and_not_as_a_person_does()
    {
        Rig.JitterSeconds = 3_000;
        var schedule = await StartUntilTheMomentAsync();
        var checkedAt = Rig.Service.Snapshot()!.LastCheck;

        await ComeToTheMomentAsync();

        await Rig.UntilAsync(() => schedule.CheckDelay <= schedule.Jitter);
        Assert.True(schedule.CheckDelay > TimeSpan.Zero);
        Assert.Equal((checkedAt, "1.0.0"), (Rig.Service.Snapshot()!.LastCheck, Rig.Serves));
    }

    [Fact]
    public async Task Moment_of_a_rollout_does_not_ask_again_and_again_for_what_does_not_come()
    {
        var schedule = await StartUntilTheMomentAsync();
        File.WriteAllText(Path.Combine(Rig.Repository.Path, "metadata", "timestamp.json"), "{");

        await ComeToTheMomentAsync();

        await Rig.UntilAsync(() => Rig.Service.Snapshot()!.ProblemCode is UpdateReasons.Untrusted);
        await TurnAsync();
        Assert.InRange(schedule.CheckDelay.TotalSeconds, 1.001, 60); // A retry is 15 to 30 s away; a wake at most one.
    }

    [Fact]
    public async Task Damaged_model_wakes_the_device_at_its_own_time_and_not_as_a_person_does()
    {
        Rig.JitterSeconds = 3_000;
        await StartAsync();
        var (schedule, checkedAt) = (Rig.Parts.Schedule, Rig.Service.Snapshot()!.LastCheck);

        Rig.Parts.Damaged.Found!();

        Assert.InRange(schedule.CheckDelay, TimeSpan.FromTicks(1), schedule.Jitter);
        await TurnAsync();
        Assert.Equal(checkedAt, Rig.Service.Snapshot()!.LastCheck);
    }

    [Fact]
    public async Task Person_who_unpins_waits_for_no_jitter()
    {
        Rig.JitterSeconds = 3_000;
        await StartAsync();
        Assert.True((await Rig.Service.PinAsync(UpdateStory.Model, null, default)).Done);
        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2);
        await Rig.CheckAsync();

        Assert.True((await Rig.Service.UnpinAsync(UpdateStory.Model, default)).Done);

        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
    }

    [Fact]
    public async Task Model_in_use_is_read_once_an_interval_whatever_wakes_the_device_and_whenever_a_person_asks()
    {
        await StartAsync();
        BundleDamage.FlipByte(Rig.Story.Bundles.FindBundle(UpdateStory.Model, "1.0.0")!);

        for (var version = 7; version < 9; version++)
        {
            var checkedAt = Rig.Service.Snapshot()!.LastCheck;
            Rig.Parts.Schedule.OnTimestamp(Encoding.UTF8.GetBytes($$$"""{"signed":{"version":{{{version}}}}}"""));
            await Rig.UntilAsync(() => Rig.Service.Snapshot() is { IsChecking: false } status && status.LastCheck != checkedAt);
        }

        await TurnAsync();
        Assert.DoesNotContain("is damaged", Rig.StatusLogText, StringComparison.Ordinal);

        Assert.True((await Rig.CheckAsync()).Done);
        Assert.Contains("model tiny: degraded: 1.0.0 is damaged", Rig.StatusLogText, StringComparison.Ordinal);
    }

    private async Task StartAsync()
    {
        await Rig.StartAsync();
        if (Rig.JitterSeconds > 0) await Rig.CheckAsync(); // Else the start checks by itself, and this could be a second one.
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await TurnAsync();
    }

    private async Task<UpdateSchedule> StartUntilTheMomentAsync()
    {
        await StartAsync();
        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2, model => model with { NotBefore = DateTimeOffset.UtcNow.AddDays(1) });
        await Rig.CheckAsync();
        Assert.True(Rig.Parts.Schedule.CheckDelay > Rig.Parts.Schedule.Jitter);
        return Rig.Parts.Schedule;
    }

    private Task ComeToTheMomentAsync()
    {
        Rig.Now = () => DateTimeOffset.UtcNow.AddDays(2);
        return TurnAsync();
    }

    // The service looks at everything once more for any wish, also for one that changes nothing.
    private async Task TurnAsync()
    {
        for (var i = 0; i < 2; i++) await Rig.Service.UnpinAsync("nothing", default);
    }
}
