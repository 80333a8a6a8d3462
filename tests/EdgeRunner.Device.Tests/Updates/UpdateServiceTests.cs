using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Device.Tests.Updates;

public sealed class UpdateServiceTests(Releases releases) : UpdateServiceTestBase(releases)
{
    [Fact]
    public async Task Empty_device_takes_what_its_group_wants_follows_it_and_refuses_a_bad_one()
    {
        await StartFromEmptyAsync();
        Assert.Equal("downloading verified staged probing trial committed", Rig.Phases);
        Assert.Equal(("1.0.0", "1.0.0"), (Rig.Serves, Rig.Report!.Desired));

        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2);
        Assert.True((await Rig.CheckAsync()).Done);
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");

        Rig.Story.Probe = path => UpdateStory.ReportOf(path, Device.Probing.ProbeReason.GoldenMismatch);
        await Rig.AddAsync(Releases, 3);
        await Rig.WantAsync(3);
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Rejected, "3.0.0");
        Assert.Equal(("2.0.0", "3.0.0", "golden-mismatch"), (Rig.Serves, Rig.Report!.Desired, Rig.Report.ReasonCode));
        Assert.Contains("update tiny: 3.0.0 rejected: golden-mismatch: 1 of 1 golden cases failed", Rig.StatusLogText, StringComparison.Ordinal);
        Assert.Contains("update tiny: 2.0.0 committed, in place of 1.0.0", Rig.StatusLogText, StringComparison.Ordinal);

        // Not again by itself; but when a person asks.
        var writes = Rig.Phases;
        await Rig.CheckAsync();
        await Rig.CheckAsync();
        Assert.Equal(writes, Rig.Phases);
        Rig.Story.Probe = null;
        await Rig.CheckAsync(retry: true);
        await Rig.UntilAsync(UpdatePhase.Committed, "3.0.0");
        await Rig.UntilInstalledAsync("2.0.0", "3.0.0");
    }

    [Fact]
    public async Task Retry_begins_with_what_its_check_has_found_and_not_with_the_wish_from_before()
    {
        await StartFromEmptyAsync();
        Rig.Story.Probe = path => UpdateStory.ReportOf(path, Device.Probing.ProbeReason.GoldenMismatch);
        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Rejected, "2.0.0");
        var before = Rig.Phases;

        // A rollout that was mended, and at once a person: what was refused must not begin again, or go by limits that are no longer wanted.
        Rig.Story.Probe = null;
        await Rig.AddAsync(Releases, 3);
        await Rig.WantAsync(3);
        await Rig.CheckAsync(retry: true);
        await Rig.UntilAsync(UpdatePhase.Committed, "3.0.0");

        Assert.Equal($"{before} downloading verified staged probing trial committed", Rig.Phases);
        Assert.Empty(Rig.Story.Denied.List());
    }

    [Fact]
    public async Task Newer_desired_state_ends_a_trial_and_is_taken_from_the_version_before()
    {
        await StartFromEmptyAsync();
        await BeginEndlessTrialAsync();

        Rig.Story.Watch = null;
        await Rig.AddAsync(Releases, 3);
        await MoveToAsync(3);

        Assert.EndsWith("trial rolling-back rejected downloading verified staged probing trial committed", Rig.Phases, StringComparison.Ordinal);
        Assert.Equal(["1.0.0", "2.0.0 superseded", "3.0.0"], Rig.Story.History.Read(UpdateStory.Model).Select(entry => $"{entry.Version} {entry.Code}".Trim()));
        Assert.Equal("1.0.0", Rig.Story.Bundles.PreviousVersion(UpdateStory.Model));
        Assert.Empty(Rig.Story.Denied.List());
    }

    [Fact]
    public async Task Fleet_goes_back_to_an_older_release_that_is_still_listed()
    {
        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2);
        await Rig.StartAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");

        await MoveToAsync(1);
        Assert.Equal("1.0.0", Rig.Serves);
    }

    [Fact]
    public async Task Version_that_a_person_had_installed_before_the_fleet_named_it_is_fetched_when_the_fleet_comes_back_to_it()
    {
        new BundleStore(Rig.State.Path).Install(Releases.File("1.0.0"), activate: true);
        await StartFromEmptyAsync();
        Assert.Contains("it serves already", Rig.Story.History.Read(UpdateStory.Model)[^1].Words, StringComparison.Ordinal);
        await Rig.AddAsync(Releases, 2);
        await MoveToAsync(2);
        await Rig.AddAsync(Releases, 3);
        await MoveToAsync(3);
        await Rig.UntilInstalledAsync("2.0.0", "3.0.0");

        await MoveToAsync(1);
        Assert.Equal("1.0.0", Rig.Serves);
    }

    [Fact]
    public async Task Signed_minimum_takes_the_present_version_out_of_use_and_forbids_older_ones()
    {
        await StartFromEmptyAsync();
        await Rig.AddAsync(Releases, 2, minRelease: 2);
        await Rig.WantAsync(2, model => model with { NotBefore = DateTimeOffset.UtcNow.AddDays(1) });
        // Who waits hears of it too: the limit is signed into every release.
        await Rig.RevokeFirstAsync(below: 2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Serves is null && Rig.States.Find($"model {UpdateStory.Model}") is { State: ComponentState.Disabled });
        Assert.Contains("1.0.0 (release 1) may not run any more: the signed min_release is 2", Rig.Story.Bundles.Withheld(UpdateStory.Model), StringComparison.Ordinal);
        Assert.Single(Rig.Story.Withdrawn);

        var answer = await Rig.Service.ActivateAsync(UpdateStory.Model, "1.0.0", default);
        Assert.Equal((false, UpdateReasons.BelowMinRelease), (answer.Done, answer.Code));
        await Rig.WantAsync(1);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Report is { Phase: "rejected", ReasonCode: UpdateReasons.BelowMinRelease });

        await MoveToAsync(2);
        await Rig.UntilAsync(() => Rig.States.Find($"model {UpdateStory.Model}") is { State: ComponentState.Running });
    }

    [Fact]
    public async Task Person_goes_back_pins_and_unpins()
    {
        await Rig.AddAsync(Releases, 2);
        await StartFromEmptyAsync();
        await MoveToAsync(2);

        var back = await Rig.Service.RollBackAsync(UpdateStory.Model, default);
        Assert.True(back.Done, back.Words);
        await Rig.CheckAsync();
        Assert.Equal("1.0.0", Rig.Serves);
        Assert.Equal(UpdateReasons.RolledBackByHand, Assert.Single(Rig.Story.Denied.List()).Code);
        var dry = await Rig.Service.DryRunAsync(null, default);
        Assert.Equal((false, UpdateReasons.Denied), (dry.Done, dry.Code));
        Assert.Contains("could not be taken: ", dry.Words, StringComparison.Ordinal);
        Assert.Contains(UpdateReasons.RolledBackByHand, dry.Words, StringComparison.Ordinal);
        Assert.False((await Rig.Service.RollBackAsync(UpdateStory.Model, default)).Done);

        Assert.True((await Rig.Service.PinAsync(UpdateStory.Model, null, default)).Done);
        await Rig.AddAsync(Releases, 3);
        await Rig.WantAsync(3);
        Assert.Contains("pinned to 1.0.0 by hand; the group wants 3.0.0", (await Rig.CheckAsync()).Words, StringComparison.Ordinal);
        Assert.Equal(("1.0.0", true), (Rig.Serves, Rig.Report!.Pinned));

        Assert.True((await Rig.Service.UnpinAsync(UpdateStory.Model, default)).Done);
        await Rig.UntilAsync(UpdatePhase.Committed, "3.0.0");
        Assert.Null(Rig.Report!.Pinned);
    }

    [Fact]
    public async Task Version_that_a_person_activates_stays_until_the_group_wants_another()
    {
        await Rig.AddAsync(Releases, 2);
        await StartFromEmptyAsync();
        await MoveToAsync(2);

        Assert.True((await Rig.Service.ActivateAsync(UpdateStory.Model, "1.0.0", default)).Done);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Report is { ReasonCode: UpdateReasons.Denied });
        Assert.Equal("1.0.0", Rig.Serves);
        Assert.False((await Rig.Service.ActivateAsync(UpdateStory.Model, "9.0.0", default)).Done);
    }

    [Fact]
    public async Task Repository_that_is_away_is_named_and_taken_up_again_when_it_is_back()
    {
        var away = Rig.Repository.Path + "-away";
        Directory.Move(Rig.Repository.Path, away);
        await Rig.StartAsync();
        await Rig.UntilAsync(() => Rig.Service.Snapshot()!.ProblemCode is UpdateReasons.Unavailable);
        Assert.False((await Rig.CheckAsync()).Done);
        // By hand from a stick meanwhile.
        var fromStick = await Rig.Service.CheckNowAsync(away, retry: false, default);
        Assert.True(fromStick.Done, fromStick.Words);
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");

        Directory.Move(away, Rig.Repository.Path);
        Assert.True((await Rig.CheckAsync()).Done);
        Assert.Null(Rig.Service.Snapshot()!.Problem);
        var nowhere = await Rig.Service.CheckNowAsync("/no/such/stick", retry: false, default);
        Assert.Equal((false, UpdateReasons.Unavailable), (nowhere.Done, nowhere.Code));
        Assert.Contains("/no/such/stick", nowhere.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dry_run_is_answered_and_moves_nothing()
    {
        await StartFromEmptyAsync();
        await Rig.AddAsync(Releases, 2, custom: fields => fields.With("needs", JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["opset"] = JsonTree.Of(99), ["providers"] = JsonTree.OfTexts(["cuda"]) })));
        await Rig.AddAsync(Releases, 3);
        await Rig.WantAsync(2, model => model with { DryRun = true });
        await Rig.CheckAsync();
        Assert.Equal(
            ["it needs opset 99, ONNX Runtime 1.20.0 of this device knows 21 at most", "it needs one of the execution providers cuda, this device has CPUExecutionProvider"],
            Rig.Report!.DryRun!.Problems);
        Assert.False(Rig.Report.DryRun.Ok);
        Assert.True(Rig.Report.DryRun.BytesToMove >= 0);

        await Rig.WantAsync(3, model => model with { DryRun = true });
        await Rig.CheckAsync();
        Assert.Equal(("3.0.0", true), (Rig.Report!.DryRun!.Version, Rig.Report.DryRun.Ok));
        Assert.Equal(("1.0.0", "committed"), (Rig.Serves, Rig.Report.Phase));

        // And what cannot be met is refused before anything is fetched, and taken when the device can.
        await Rig.WantAsync(2);
        Assert.Equal(UpdateReasons.NeedsNotMet, (await Rig.Service.DryRunAsync(null, default)).Code);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Report is { Phase: "rejected", Version: "2.0.0", ReasonCode: UpdateReasons.NeedsNotMet });
        Assert.Empty(Rig.Story.Denied.List());
        Rig.Facts = new("1.99.0", ["CUDAExecutionProvider"], 1L << 30, 2L << 30);
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
    }

    [Fact]
    public async Task Rollout_that_is_paused_or_not_due_waits_and_its_stable_version_is_kept_by_others()
    {
        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2, model => model with { PercentHundredths = 0, Stable = new StableModel("1.0.0", 1) });
        await StartFromEmptyAsync();

        await Rig.WantAsync(2, model => model with { Paused = true });
        Assert.Contains("the rollout of 2.0.0 is paused", (await Rig.CheckAsync()).Words, StringComparison.Ordinal);
        Rig.Now = () => null;
        await Rig.WantAsync(2, model => model with { NotBefore = DateTimeOffset.UtcNow.AddDays(-1) });
        Assert.Contains("nobody has set this device's clock yet", (await Rig.CheckAsync()).Words, StringComparison.Ordinal);
        Assert.Equal("1.0.0", Rig.Serves);
        await Rig.WantAsync(2, model => model with { PercentHundredths = 0, Stable = new StableModel("1.0.0", 1) });
        Assert.Equal("tiny: 2.0.0 is for 0 %, and this device is not among them: the group wants 1.0.0 meanwhile, 1.0.0 serves", (await Rig.CheckAsync()).Words);
        await Rig.UntilAsync(() => Rig.Report is { Desired: "1.0.0", Waiting: "2.0.0 is for 0 %, and this device is not among them" });
        await Rig.WantAsync(2, model => model with { NotBefore = DateTimeOffset.UtcNow.AddDays(-1) });
        Rig.Now = () => DateTimeOffset.UtcNow;
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
    }

    [Fact]
    public async Task Installed_version_that_is_damaged_is_fetched_again_and_the_one_before_serves_until_then()
    {
        await StartFromEmptyAsync();
        await Rig.AddAsync(Releases, 2);
        await MoveToAsync(2);
        var path = Rig.Story.Bundles.FindBundle(UpdateStory.Model, "2.0.0")!;
        var good = File.ReadAllBytes(path);
        File.WriteAllBytes(path, [.. good[..^100], .. new byte[100]]);
        string? meanwhile = null;
        Rig.Story.Reached = (phase, _) =>
        {
            if (phase == UpdatePhase.Downloading) meanwhile = Rig.Serves;
        };

        Assert.True((await Rig.CheckAsync()).Done);
        await Rig.UntilAsync(() => Rig.Serves is "2.0.0" && Rig.Report is { Phase: "committed" });

        Assert.Equal("1.0.0", meanwhile);
        Assert.Equal(good, File.ReadAllBytes(path));
        Assert.Empty(Rig.Story.Bundles.SetAside(UpdateStory.Model));
        Assert.Empty(Rig.Story.Denied.List());
        Assert.Contains("model tiny: degraded: 2.0.0 is damaged (its file has sha256 ", Rig.StatusLogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_that_is_damaged_and_cannot_be_fetched_is_not_reported_as_committed_and_well()
    {
        await StartFromEmptyAsync();
        await Rig.AddAsync(Releases, 2);
        await MoveToAsync(2);
        var path = Rig.Story.Bundles.FindBundle(UpdateStory.Model, "2.0.0")!;
        File.WriteAllBytes(path, [.. File.ReadAllBytes(path)[..^100], .. new byte[100]]);
        var away = Rig.Repository.Path + "-away";
        Directory.Move(Rig.Repository.Path, away);

        Assert.False((await Rig.CheckAsync()).Done);
        await Rig.UntilAsync(() => Rig.Report is { Phase: "committed", Version: "2.0.0", ReasonCode: UpdateReasons.DigestMismatch, Reason: "2.0.0 was damaged and set aside; 1.0.0 serves until it is back" });

        Directory.Move(away, Rig.Repository.Path);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Serves is "2.0.0" && Rig.Report is { Phase: "committed", ReasonCode: null });
    }

    [Fact]
    public async Task Check_says_why_nothing_moves_and_what_helps()
    {
        await StartFromEmptyAsync();
        Assert.Equal("tiny: the group wants 1.0.0, 1.0.0 serves", (await Rig.CheckAsync()).Words);
        Rig.Story.Probe = path => UpdateStory.ReportOf(path, Device.Probing.ProbeReason.GoldenMismatch);
        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2);
        Assert.Equal("tiny: the group wants 2.0.0, 1.0.0 serves; it begins now: edgerunner update status --watch", (await Rig.CheckAsync()).Words);
        await Rig.UntilAsync(UpdatePhase.Rejected, "2.0.0");

        var refused = (await Rig.CheckAsync()).Words;
        Assert.StartsWith("tiny: the group wants 2.0.0, 1.0.0 serves; it was refused here on ", refused, StringComparison.Ordinal);
        Assert.EndsWith("golden-mismatch: 1 of 1 golden cases failed. To try it again: edgerunner update check --retry", refused, StringComparison.Ordinal);
        Assert.Equal(new CheckedModel(UpdateStory.Model, "2.0.0", "1.0.0", "rejected", UpdateReasons.Denied), Assert.Single((await Rig.CheckAsync()).Models!));
        Assert.Equal(UpdateReasons.Denied, Assert.Single((await Rig.Service.DryRunAsync(null, default)).Models!).Code);

        await Rig.WantAsync(3, model => model with { Paused = true });
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Report is { Waiting: "the rollout of 3.0.0 is paused" });
    }

    [Fact]
    public async Task Check_that_is_refused_stands_in_the_report_of_each_model_until_one_succeeds()
    {
        await StartFromEmptyAsync();
        var timestamp = Path.Combine(Rig.Repository.Path, "metadata", "timestamp.json");
        var good = File.ReadAllBytes(timestamp);
        File.WriteAllText(timestamp, "{");

        Assert.Equal(UpdateReasons.Untrusted, (await Rig.CheckAsync()).Code);
        Assert.Equal(UpdateReasons.Untrusted, Rig.Report!.ReasonCode);
        Assert.NotNull(Rig.Service.Snapshot()!.LastAnswered);

        File.WriteAllBytes(timestamp, good);
        Assert.True((await Rig.CheckAsync()).Done);
        Assert.Null(Rig.Report!.ReasonCode);
    }

    [Fact]
    public async Task Group_that_no_rollout_names_is_told_by_its_name()
    {
        await Rig.Repository.SetDesiredAsync(new DesiredState(DesiredState.CurrentFormat, ServiceRig.Group, new Dictionary<string, DesiredModel>(StringComparer.Ordinal)));
        await Rig.StartAsync();

        Assert.Contains("no rollout wants anything of group \"lab\": is updates.group right?", (await Rig.CheckAsync()).Words, StringComparison.Ordinal);
        Assert.NotNull(Rig.Service.Snapshot()!.Notice);
        Assert.NotNull(Rig.Service.Snapshot()!.LastAnswered);
    }

    [Fact]
    public async Task Trial_goes_on_after_a_stop_without_a_repository()
    {
        await StartFromEmptyAsync();
        await BeginEndlessTrialAsync();
        await Rig.StopAsync();

        await Rig.StartAsync(source: "/no/such/repository");
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
        Assert.Equal("2.0.0", Rig.Serves);
    }

    [Fact]
    public async Task Model_that_the_group_no_longer_wants_stays_and_what_was_under_way_is_forgotten()
    {
        await StartFromEmptyAsync();
        Rig.Story.Probe = _ => throw new UpdateFailedException("runtime-missing", "no library", isFinal: false);
        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Report is { Phase: "probing", ReasonCode: "runtime-missing" });

        await Rig.Repository.SetDesiredAsync(new DesiredState(DesiredState.CurrentFormat, ServiceRig.Group, new Dictionary<string, DesiredModel>(StringComparer.Ordinal)));
        await Rig.CheckAsync(retry: true);
        await Rig.UntilAsync(() => Rig.Report is { Phase: "idle" });
        Assert.Equal("1.0.0", Rig.Serves);
    }

    [Fact]
    public async Task Revoked_version_of_one_model_is_taken_out_of_use_while_the_update_of_another_is_under_way()
    {
        await StartFromEmptyAsync();
        await BeginEndlessTrialAsync();
        const string other = "other";
        var store = Directory.CreateDirectory(Rig.State.File($"models/{other}")).FullName;
        File.Copy(Releases.File("1.0.0"), Path.Combine(store, "1.0.0.ermodel"));
        Rig.Story.Bundles.Activate(other, "1.0.0");
        Rig.Story.Store.Write(new UpdateRecord(other, UpdatePhase.Idle) { Known = [new KnownRelease("1.0.0", 1, new string('0', 64), 1)] });
        await Rig.Repository.AddReleaseAsync(other, "1.0.0", 1, File.ReadAllBytes(Releases.File("1.0.0")), fields => fields.With("min_release", JsonTree.Of(2)));

        await Rig.Repository.SetDesiredAsync(new DesiredState(DesiredState.CurrentFormat, ServiceRig.Group, new Dictionary<string, DesiredModel>(StringComparer.Ordinal)
        {
            [UpdateStory.Model] = new("2.0.0", 2, "seed", DesiredModel.AllDevices),
            // Not listed: whoever may say what is wanted, and may sign no models, must not keep a device from hearing of the limit.
            [other] = new("7.0.0", 7, "seed", DesiredModel.AllDevices),
        }));
        await Rig.CheckAsync();

        await Rig.UntilAsync(() => Rig.Story.Bundles.InUse(other) is null);
        await Rig.UntilAsync(() => Rig.Report is { Phase: "trial", Version: "2.0.0" } && Rig.Serves is "2.0.0");
    }

    [Fact]
    public async Task Revoked_version_is_taken_out_of_use_before_any_answer_of_the_repository()
    {
        await StartFromEmptyAsync();
        await Rig.StopAsync();
        await Rig.StartAsync(source: "/no/such/repository");
        await Rig.UntilAsync(() => Rig.Service.Snapshot()!.ProblemCode is not null);

        // Known from before, and a person has made it the active one behind the daemon's back.
        Rig.Story.Store.Write(Rig.Story.Store.Read(UpdateStory.Model) with { MinRelease = 2 }, counts: false);
        await Rig.Service.UnpinAsync(UpdateStory.Model, default);

        await Rig.UntilAsync(() => Rig.Serves is null);
        Assert.Contains("1.0.0 (release 1) may not run any more: the signed min_release is 2", Rig.Story.Bundles.Withheld(UpdateStory.Model), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_that_is_pinned_during_its_trial_stays()
    {
        await StartFromEmptyAsync();
        await BeginEndlessTrialAsync();

        Assert.True((await Rig.Service.PinAsync(UpdateStory.Model, null, default)).Done);
        await Rig.CheckAsync();
        await Rig.CheckAsync();

        Assert.Equal(("2.0.0", "idle", true), (Rig.Serves, Rig.Report!.Phase, Rig.Report.Pinned));
        Assert.DoesNotContain("rolling-back", Rig.Phases, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fault_that_nobody_has_foreseen_ends_neither_the_service_nor_the_daemon()
    {
        await StartFromEmptyAsync();
        Rig.Now = () => throw new InvalidOperationException("a clock without hands");

        await Rig.Service.UnpinAsync(UpdateStory.Model, default);

        await Rig.UntilAsync(() => Rig.States.Find("updates") is { State: ComponentState.Degraded });
        Assert.False(Rig.Service.ExecuteTask!.IsCompleted);
        Rig.Now = () => DateTimeOffset.UtcNow;
    }

    // The release that was there first is taken by a device that has none.
    private async Task StartFromEmptyAsync()
    {
        await Rig.StartAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
    }

    private async Task MoveToAsync(int number)
    {
        await Rig.WantAsync(number);
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, $"{number}.0.0");
    }

    // 2.0.0 serves, and its trial ends with the token only.
    private async Task BeginEndlessTrialAsync()
    {
        var isWatched = false;
        Rig.Story.Watch = async stop =>
        {
            Volatile.Write(ref isWatched, true);
            await Task.Delay(Timeout.Infinite, stop);
            throw new InvalidOperationException("the trial ends with the token");
        };
        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Volatile.Read(ref isWatched) && Rig.Report is { Phase: "trial", Version: "2.0.0" } && Rig.Serves is "2.0.0");
    }
}
