using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>Sticks that a person plugs in, one after the other: none is held longer than something of it is used.</summary>
public sealed class StickTests(Releases releases) : UpdateServiceTestBase(releases)
{
    [Fact]
    public async Task Stick_that_cannot_be_read_or_trusted_is_let_go()
    {
        await Rig.StartAsync(source: Rig.State.File("no-network"));
        using var other = await SignedRepository.CreateAsync(TimeProvider.System);
        using var empty = new TempDirectory();

        foreach (var stick in (string[])[empty.Path, other.Path, empty.Path]) Assert.False((await Rig.Service.CheckNowAsync(stick, retry: false, default)).Done);

        Assert.Equal((3, 3), (Rig.Sticks.Opened, Rig.Sticks.Closed));
    }

    [Fact]
    public async Task Earlier_stick_is_let_go_when_the_update_from_it_is_over_and_not_before()
    {
        await Rig.StartAsync(source: Rig.State.File("no-network"));
        var end = new TaskCompletionSource<TrialVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        Rig.Story.Watch = _ => end.Task;
        Assert.True((await Rig.Service.CheckNowAsync(Rig.Repository.Path, retry: false, default)).Done);
        await Rig.UntilAsync(() => Rig.Report is { Phase: "trial", Version: "1.0.0" });

        // The same again, while its first update is under way.
        Assert.True((await Rig.Service.CheckNowAsync(Rig.Repository.Path, retry: false, default)).Done);
        Assert.Equal((2, 0), (Rig.Sticks.Opened, Rig.Sticks.Closed));
        end.SetResult(new TrialVerdict(null, "all well"));

        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await Rig.UntilAsync(() => Rig.Sticks.Closed == 1);
        Assert.True((await Rig.Service.CheckNowAsync(Rig.Repository.Path, retry: false, default)).Done);
        await Rig.UntilAsync(() => Rig.Sticks.Closed == 2);
        await Rig.StopAsync();
        Assert.Equal((3, 3), (Rig.Sticks.Opened, Rig.Sticks.Closed));
    }
}
