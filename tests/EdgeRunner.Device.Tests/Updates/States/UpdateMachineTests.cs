using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Tests.Updates.States;

public sealed class UpdateMachineTests(Releases releases) : IClassFixture<Releases>, IDisposable
{
    private const string Model = UpdateStory.Model;

    private readonly TempDirectory _state = new();
    private readonly List<string> _trace = [];

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Versions_follow_each_other_and_the_present_and_the_one_before_are_kept()
    {
        var story = Story();
        for (var number = 1; number <= 4; number++) Assert.Equal(UpdatePhase.Committed, (await story.RunAsync(releases.Release(number))).Phase);

        Assert.Equal("4.0.0", story.Bundles.InUse(Model));
        Assert.Equal(["3.0.0", "4.0.0"], story.Bundles.VersionsOf(Model));
        Assert.Equal(["committed 1.0.0", "committed 2.0.0", "committed 3.0.0", "committed 4.0.0"], story.History.Read(Model).Select(entry => $"{entry.Outcome} {entry.Version}"));
        Assert.Equal([null, "1.0.0", "2.0.0", "3.0.0"], story.History.Read(Model).Select(entry => entry.From));
        Assert.Equal(("committed", "4.0.0", 4L), (story.Board.Find(Model)!.Phase, story.Board.Find(Model)!.Version, story.Board.Find(Model)!.Release));
    }

    [Fact]
    public async Task Return_to_an_older_release_fetches_nothing_when_its_bundle_is_still_here()
    {
        var story = Story();
        await story.RunAsync(releases.Release(1));
        await story.RunAsync(releases.Release(2));
        _trace.Clear();

        await story.RunAsync(releases.Release(1));

        Assert.Equal("staged probing trial committed", string.Join(' ', _trace));
        Assert.Equal((2, "1.0.0"), (story.Fetches, story.Bundles.InUse(Model)));
        Assert.Equal("2.0.0", story.Bundles.PreviousVersion(Model));
    }

    [Fact]
    public async Task Bad_probe_and_bad_trial_are_refused_for_good_with_their_reason()
    {
        await Story().RunAsync(releases.Release(1));
        var probed = await Story("bad-probe").RunAsync(releases.Release(2));
        Assert.Equal((UpdatePhase.Rejected, "golden-mismatch", "1 of 1 golden cases failed"), (probed.Phase, probed.ReasonCode, probed.Reason));
        var tried = await Story("bad-trial").RunAsync(releases.Release(3));
        Assert.Equal((UpdatePhase.Rejected, UpdateReasons.TrialErrors, "9 of 10 windows failed"), (tried.Phase, tried.ReasonCode, tried.Reason));

        var story = Story();
        Assert.Equal("1.0.0", story.Bundles.InUse(Model));
        Assert.Equal(["1.0.0"], story.Bundles.VersionsOf(Model));
        Assert.Equal([("2.0.0", "golden-mismatch"), ("3.0.0", UpdateReasons.TrialErrors)], story.Denied.List().Select(entry => (entry.Version, entry.Code)));
    }

    [Fact]
    public async Task First_version_that_fails_its_trial_leaves_a_model_that_says_why_nothing_serves()
    {
        var story = Story("bad-trial");
        Assert.Equal(UpdatePhase.Rejected, (await story.RunAsync(releases.Release(1))).Phase);

        Assert.Null(story.Bundles.InUse(Model));
        Assert.Equal($"no version of {Model} serves: 1.0.0 was taken back (trial-errors) and there was none before it", story.Bundles.Withheld(Model));
        Assert.Equal(story.Bundles.Withheld(Model), Assert.Throws<EdgeRunner.Device.ModelStore.ModelNotInstalledException>(() => story.Bundles.ActiveBundle(Model)).Message);
        Assert.Single(story.Withdrawn);

        await Story().RunAsync(releases.Release(2));
        Assert.Null(story.Bundles.Withheld(Model));
        Assert.Equal("2.0.0", story.Bundles.InUse(Model));
    }

    [Fact]
    public async Task Trial_goes_on_after_a_stop_in_order_and_begins_anew_once_after_a_power_cut()
    {
        await Story().RunAsync(releases.Release(1));
        await InterruptTrialAsync("boot-1");
        Store(record => record with { CleanStop = true });
        await InterruptTrialAsync("boot-1");
        Assert.Equal(0, Story().Store.Read(Model).Interruptions);
        await InterruptTrialAsync("boot-2");
        Assert.Equal(1, Story().Store.Read(Model).Interruptions);
        var story = Story(boot: "boot-2");
        story.Store.Write(story.Store.Read(Model) with { CleanStop = true });
        Assert.Equal(UpdatePhase.Committed, (await story.RunAsync(releases.Release(2))).Phase);
        Assert.Equal("2.0.0", story.Bundles.InUse(Model));
    }

    [Fact]
    public async Task Trial_that_two_power_cuts_have_ended_is_given_up()
    {
        await Story().RunAsync(releases.Release(1));
        await InterruptTrialAsync("boot-1");
        await InterruptTrialAsync("boot-2");
        Assert.Equal("2.0.0", Story().Bundles.InUse(Model));

        Story(boot: "boot-3").Recovery.Run();

        var record = Story().Store.Read(Model);
        Assert.Equal((UpdatePhase.Rejected, UpdateReasons.TrialInterrupted, "1.0.0"), (record.Phase, record.ReasonCode, Story().Bundles.InUse(Model)));
    }

    [Fact]
    public async Task Download_that_does_not_come_on_may_be_tried_for_ever_and_writes_nothing()
    {
        var story = Story();
        story.Fetching = _ => throw new UpdateFailedException(UpdateReasons.Unavailable, "no answer", isFinal: false);
        for (var i = 0; i < 40; i++) await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(1)));

        Assert.Equal(["downloading"], _trace);
        story.Fetching = _ => Task.CompletedTask;
        Assert.Equal(UpdatePhase.Committed, (await story.ContinueAsync(releases.Release(1))).Phase);
    }

    [Fact]
    public async Task Newer_release_takes_over_in_the_middle_of_a_download()
    {
        var story = Story();
        await story.RunAsync(releases.Release(1));
        using var stop = new CancellationTokenSource();
        story.Fetching = async _ =>
        {
            await stop.CancelAsync();
            stop.Token.ThrowIfCancellationRequested();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => story.ContinueAsync(releases.Release(2), stop.Token));
        story.Fetching = _ => Task.CompletedTask;

        Assert.Equal(UpdatePhase.Committed, (await story.ContinueAsync(releases.Release(3))).Phase);

        Assert.Equal("downloading downloading verified staged probing trial committed", string.Join(' ', _trace.Skip(6)));
        Assert.Equal(["committed 1.0.0", "committed 3.0.0"], story.History.Read(Model).Select(entry => $"{entry.Outcome} {entry.Version}"));
    }

    [Fact]
    public async Task Release_that_is_not_wanted_any_more_is_forgotten_and_a_trial_of_it_ends_with_the_version_before()
    {
        var story = Story();
        await story.RunAsync(releases.Release(1));
        story.Machine.Begin(releases.Release(2), null, story);
        Assert.Equal(UpdatePhase.Idle, story.Machine.Abandon(story.Store.Read(Model), "not wanted").Phase);
        Assert.Empty(story.Denied.List());

        await InterruptTrialAsync("boot-1");
        Assert.Equal(UpdatePhase.RollingBack, story.Machine.Abandon(story.Store.Read(Model), "the group wants 1.0.0 now").Phase);
        var record = await story.Machine.RunAsync(Model, new UpdateRun(null, null), default);

        Assert.Equal((UpdatePhase.Rejected, UpdateReasons.Superseded, "1.0.0"), (record.Phase, record.ReasonCode, story.Bundles.InUse(Model)));
        Assert.Empty(story.Denied.List());
    }

    [Fact]
    public async Task Revoked_version_is_not_returned_to()
    {
        var story = Story();
        await story.RunAsync(releases.Release(1));
        story.Store.Write(story.Store.Read(Model) with { MinRelease = 2 }, counts: false);

        var record = await Story("bad-trial").ContinueAsync(releases.Release(2));

        Assert.Equal(UpdatePhase.Rejected, record.Phase);
        Assert.Null(story.Bundles.InUse(Model));
        Assert.Contains("no version before it is installed or allowed by the signed min_release 2", story.Bundles.Withheld(Model), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoked_version_is_taken_out_of_use_at_the_start_whoever_made_it_the_active_one()
    {
        var story = Story();
        await story.RunAsync(releases.Release(1));
        story.Store.Write(story.Store.Read(Model) with { MinRelease = 2 }, counts: false);

        Story().Recovery.Run();

        Assert.Null(story.Bundles.InUse(Model));
        Assert.StartsWith($"{Model} 1.0.0 (release 1) may not run any more: the signed min_release is 2", story.Bundles.Withheld(Model), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoked_version_is_taken_out_of_use_at_the_start_also_when_the_history_cannot_be_written()
    {
        var story = Story();
        await story.RunAsync(releases.Release(1));
        story.Store.Write(story.Store.Read(Model) with { MinRelease = 2 }, counts: false);
        var history = _state.File($"updates/models/{Model}/history.jsonl");
        File.Delete(history);
        Directory.CreateDirectory(history);

        var next = Story();
        next.Recovery.Run();

        Assert.Null(next.Bundles.InUse(Model));
        Assert.Single(next.Said);
    }

    [Fact]
    public async Task Swap_that_a_pipeline_refuses_ends_the_update_without_a_way_back()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        story.Swap = version => new ActivationReport(Model, version, Activated: false, "pipeline p: no output y", []);

        var record = await story.ContinueAsync(releases.Release(2));

        Assert.Equal((UpdateReasons.SwapRefused, "pipeline p: no output y"), (record.ReasonCode, record.Reason));
        Assert.DoesNotContain("rolling-back", _trace);
    }

    [Fact]
    public async Task Old_version_comes_back_with_a_pause_when_it_cannot_be_swapped_in()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story("bad-trial");
        story.Swap = version => version is "1.0.0" ? new ActivationReport(Model, version, Activated: false, "too little memory", []) { MayPass = true } : null;

        await story.ContinueAsync(releases.Release(2));

        Assert.Equal("1.0.0", story.Bundles.InUse(Model));
        Assert.Equal(["begins anew with 1.0.0, which could not be swapped in: too little memory"], story.Withdrawn);
    }

    [Fact]
    public async Task Version_that_serves_already_is_taken_back_whatever_step_then_fails()
    {
        // The state after the swap could not be written, so that the step before it is done again.
        await Story().RunAsync(releases.Release(1));
        await InterruptTrialAsync("boot-1");
        Store(record => record with { Phase = UpdatePhase.Staged });
        var record = await Story("bad-probe").ContinueAsync(releases.Release(2));
        Assert.Equal((UpdatePhase.Rejected, "golden-mismatch", "1.0.0"), (record.Phase, record.ReasonCode, Story().Bundles.InUse(Model)));

        await InterruptTrialAsync(3);
        File.WriteAllText(_state.File($"models/{Model}/active"), "");
        Story().Recovery.Run();
        Assert.Equal((UpdateReasons.TrialCrash, "1.0.0"), (Story().Store.Read(Model).ReasonCode, Story().Bundles.InUse(Model)));
    }

    [Fact]
    public async Task Reason_of_a_rollback_outlives_the_trouble_that_delays_it()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story("bad-trial");
        var troubles = 0;
        story.Reached = (phase, moment) =>
        {
            if (phase == UpdatePhase.RollingBack && moment == UpdateMoment.Inside && troubles++ == 0) throw new IOException("input/output error");
        };

        Assert.Equal(UpdateReasons.Storage, (await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(2)))).Code);
        Assert.Equal((UpdatePhase.RollingBack, UpdateReasons.TrialErrors), (story.Store.Read(Model).Phase, story.Store.Read(Model).ReasonCode));
        var record = await story.ContinueAsync(releases.Release(2));

        Assert.Equal((UpdatePhase.Rejected, UpdateReasons.TrialErrors, "9 of 10 windows failed"), (record.Phase, record.ReasonCode, record.Reason));
        var denied = Assert.Single(story.Denied.List());
        Assert.Equal((UpdateReasons.TrialErrors, "9 of 10 windows failed"), (denied.Code, denied.Reason));
        Assert.Equal(UpdateReasons.TrialErrors, story.History.Read(Model)[^1].Code);
    }

    [Fact]
    public async Task Release_that_is_begun_again_passes_its_probe_and_its_shadow_run_again()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story("bad-trial");
        var (probes, shadows) = (0, 0);
        story.Probe = path =>
        {
            probes++;
            return UpdateStory.ReportOf(path, ProbeReason.Ok);
        };
        story.Shadow = () =>
        {
            shadows++;
            return new TrialVerdict(null, "the same");
        };
        for (var i = 1; i <= 2; i++)
        {
            story.Machine.Begin(releases.Release(2), new TrialLimits { ShadowWindows = 100 }, story);
            Assert.Equal(UpdateReasons.TrialErrors, (await story.Machine.RunAsync(Model, new UpdateRun(releases.Release(2), new UpdateRoads(null!, story, null!)), default)).ReasonCode);
            Assert.Equal((i, i), (probes, shadows));
            story.Denied.Clear(Model); // As a person does who wants it again.
        }
    }

    [Fact]
    public async Task Probe_that_says_nothing_of_the_model_is_tried_again()
    {
        var story = Story();
        story.Probe = path => UpdateStory.ReportOf(path, ProbeReason.RuntimeMissing);
        var e = await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(1)));
        Assert.Equal(("runtime-missing", false), (e.Code, e.IsFinal));
        story.Probe = null;

        Assert.Equal(UpdatePhase.Committed, (await story.ContinueAsync(releases.Release(1))).Phase);
        Assert.Null(story.Store.Read(Model).ReasonCode);
    }

    [Fact]
    public async Task Download_that_the_disk_has_spoiled_is_fetched_again_and_not_held_against_the_release()
    {
        var story = Story();
        story.Reached = (phase, moment) =>
        {
            if (phase != UpdatePhase.Verified || moment != UpdateMoment.Inside || story.Fetches > 1) return;
            using var part = File.OpenWrite(Directory.GetFiles(_state.Path, "*.part", SearchOption.AllDirectories).Single());
            part.Seek(100, SeekOrigin.Begin);
            part.WriteByte(0xff);
        };
        var e = await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(1)));
        Assert.Equal((UpdateReasons.DigestMismatch, false), (e.Code, e.IsFinal));
        Assert.Equal(UpdatePhase.Committed, (await story.ContinueAsync(releases.Release(1))).Phase);
        Assert.Equal(2, story.Fetches);
        Assert.Empty(story.Denied.List());
    }

    [Fact]
    public async Task Bundle_of_another_name_or_version_than_was_signed_is_refused()
    {
        var record = await Story().RunAsync(UpdateStory.Release(releases.File("2.0.0"), "7.0.0", 7));
        Assert.Equal((UpdateReasons.BadBundle, $"the release is signed as {Model} 7.0.0, but the bundle in it says {Model} 2.0.0"), (record.ReasonCode, record.Reason));

        File.WriteAllText(_state.File("no-bundle"), "this is no bundle");
        Assert.Equal(UpdateReasons.BadBundle, (await Story().RunAsync(UpdateStory.Release(_state.File("no-bundle"), "8.0.0", 8))).ReasonCode);
    }

    [Fact]
    public async Task Bundle_that_a_person_installed_under_the_same_version_is_kept_and_named()
    {
        var story = Story();
        using var mine = new Releases();
        story.Bundles.Install(mine.File("2.0.0"), activate: true);
        // Packed at another time, with the same content: byte for byte the same.
        Assert.Equal(UpdatePhase.Committed, (await story.RunAsync(releases.Release(2))).Phase);

        var other = _state.File("other.ermodel");
        File.Copy(releases.File("3.0.0"), other);
        story.Bundles.Install(other, activate: true);
        Assert.Equal(["2.0.0", "3.0.0"], story.Bundles.VersionsOf(Model));
        Assert.Equal("2.0.0", story.Bundles.PreviousVersion(Model));
    }

    private UpdateStory Story(string name = "success", string boot = "boot-1")
    {
        var story = new UpdateStory(_state.Path, name, boot);
        story.Store.Written = record =>
        {
            _trace.Add(record.Phase.Word());
            story.Board.Show(record);
        };
        return story;
    }

    private void Store(Func<UpdateRecord, UpdateRecord> change)
    {
        var store = Story().Store;
        store.Write(change(store.Read(Model)));
    }

    /// <summary>Runs release 2 into its trial, and leaves it there as a process does that ends.</summary>
    private Task InterruptTrialAsync(string boot) => InterruptTrialAsync(2, boot);

    private async Task InterruptTrialAsync(int number, string boot = "boot-1")
    {
        var story = Story(boot: boot);
        story.Watch = _ => throw new OperationCanceledException();
        await Assert.ThrowsAsync<OperationCanceledException>(() => story.RunAsync(releases.Release(number)));
        Assert.Equal(UpdatePhase.Trial, story.Store.Read(Model).Phase);
    }

    [Fact]
    public void Recovery_lets_the_daemon_start_whatever_fails_in_it()
    {
        var story = Story();
        story.Store.Write(new UpdateRecord(Model, UpdatePhase.Trial) { Target = new KnownRelease("1.0.0", 1, new string('0', 64), 1), BootId = "boot-1" });
        story.Store.Written = _ => throw new InvalidOperationException("a fault of ours");

        story.Recovery.Run();

        Assert.Contains("a fault of ours", Assert.Single(story.Said), StringComparison.Ordinal);
    }

    [Fact]
    public void State_with_a_hole_in_its_list_is_damaged_and_not_a_crash()
    {
        var story = Story();
        story.Store.Write(new UpdateRecord(Model, UpdatePhase.Committed) { Known = [new KnownRelease("1.0.0", 1, new string('0', 64), 1)] });
        var file = _state.File($"updates/models/{Model}/state.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"known\":[", "\"known\":[null,", StringComparison.Ordinal));

        story.Recovery.Run();

        Assert.Equal(UpdatePhase.Idle, story.Store.Read(Model).Phase);
    }
}
