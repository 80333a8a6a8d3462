using System.Net;
using System.Net.Sockets;
using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>What a person wants goes before what is under way, and before any answer of the repository.</summary>
public sealed class PersonsWishTests(Releases releases) : UpdateServiceTestBase(releases)
{
    [Fact]
    public async Task Pin_ends_what_was_under_way_of_another_version_before_the_repository_has_answered()
    {
        var before = new UpdateStory(Rig.State.Path, "success");
        await before.RunAsync(Releases.Release(1));
        before.Probe = path => UpdateStory.ReportOf(path, ProbeReason.RuntimeMissing); // Passes at its next try.
        await Assert.ThrowsAsync<UpdateFailedException>(() => before.ContinueAsync(Releases.Release(2)));
        Assert.Equal(UpdatePhase.Probing, before.Store.Read(UpdateStory.Model).Phase);
        new Pins(before.Store, TimeProvider.System, before.Said.Add).Set(UpdateStory.Model, "1.0.0");

        await Rig.StartAsync(source: Rig.State.File("no-stick"));

        await Rig.UntilAsync(() => Rig.Story.Store.Read(UpdateStory.Model).Phase is UpdatePhase.Idle or UpdatePhase.Committed);
        Assert.Equal((UpdatePhase.Idle, "1.0.0"), (Rig.Story.Store.Read(UpdateStory.Model).Phase, Rig.Serves));
        Assert.Empty(Rig.Story.Denied.List());
    }

    [Fact]
    public async Task Pinned_version_goes_on_with_its_own_trial_before_the_repository_has_answered()
    {
        var before = new UpdateStory(Rig.State.Path, "success");
        before.Probe = path => UpdateStory.ReportOf(path, ProbeReason.RuntimeMissing);
        await Assert.ThrowsAsync<UpdateFailedException>(() => before.ContinueAsync(Releases.Release(1)));
        new Pins(before.Store, TimeProvider.System, before.Said.Add).Set(UpdateStory.Model, "1.0.0");

        await Rig.StartAsync(source: Rig.State.File("no-stick"));

        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
    }

    [Fact]
    public async Task Step_that_does_not_stop_is_named_after_a_while_and_nothing_is_changed()
    {
        Rig.QuietPatience = TimeSpan.FromMilliseconds(100);
        await Rig.StartAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        var end = new TaskCompletionSource<TrialVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isWatched = false;
        Rig.Story.Watch = _ =>
        {
            Volatile.Write(ref isWatched, true);
            return end.Task; // Never looks at its token.
        };
        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Volatile.Read(ref isWatched) && Rig.Report is { Phase: "trial", Version: "2.0.0" } && Rig.Serves is "2.0.0");

        var answer = await Rig.Service.ActivateAsync(UpdateStory.Model, "1.0.0", default);

        Assert.Equal((false, UpdateReasons.Busy, "2.0.0"), (answer.Done, answer.Code, Rig.Serves));
        Assert.StartsWith($"the update of {UpdateStory.Model} 2.0.0 (trial) has not stopped within 0.1 s; nothing was changed.", answer.Words, StringComparison.Ordinal);

        end.SetResult(new TrialVerdict(null, "it has seen enough"));
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
        Assert.True((await Rig.Service.ActivateAsync(UpdateStory.Model, "1.0.0", default)).Done);
        Assert.Equal("1.0.0", Rig.Serves);
    }

    [Fact]
    public async Task Wish_of_a_person_who_has_stopped_waiting_is_not_carried_out_later()
    {
        await Rig.StartAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await NextAsync(2);
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
        var end = new TaskCompletionSource<TrialVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isWatched = false;
        Rig.Story.Watch = _ =>
        {
            Volatile.Write(ref isWatched, true);
            return end.Task; // Never looks at its token, so the first wish waits and the others wait behind it.
        };
        await NextAsync(3);
        await Rig.UntilAsync(() => Volatile.Read(ref isWatched) && Rig.Report is { Phase: "trial", Version: "3.0.0" } && Rig.Serves is "3.0.0");

        using var gone = new CancellationTokenSource();
        var first = Rig.Service.ActivateAsync(UpdateStory.Model, "2.0.0", default);
        var second = Rig.Service.RollBackAsync(UpdateStory.Model, gone.Token);
        var third = Rig.Service.UnpinAsync(UpdateStory.Model, default);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        end.SetResult(new TrialVerdict(null, "it has seen enough"));

        Assert.True((await first).Done);
        Assert.True((await third).Done); // In their order: the one between them had its turn.
        Assert.Equal("2.0.0", Rig.Serves);
        Assert.DoesNotContain(Rig.Story.Denied.List(), entry => entry.Version is "2.0.0");

        async Task NextAsync(int number)
        {
            await Rig.AddAsync(Releases, number);
            await Rig.WantAsync(number);
            await Rig.CheckAsync();
        }
    }

    [Fact]
    public async Task Check_that_waits_for_a_silent_repository_holds_up_no_wish()
    {
        await Rig.StartAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await Rig.StopAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start(); // Connections are taken, and nobody ever answers.
        await Rig.StartAsync(source: $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/");
        using var connected = await silent.AcceptTcpClientAsync();

        using var gone = new CancellationTokenSource();
        var check = Rig.Service.CheckNowAsync(null, retry: false, gone.Token);
        var tried = Rig.Service.DryRunAsync(null, gone.Token);
        Assert.True((await Rig.Service.PinAsync(UpdateStory.Model, null, default)).Done);
        Assert.False(check.IsCompleted || tried.IsCompleted);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tried);
    }
}
