using EdgeRunner.Device.Health;
using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Device.Tests.Updates;

public sealed class UpdateServiceTests(Releases releases) : IClassFixture<Releases>, IAsyncLifetime
{
    private ServiceRig _rig = null!;

    public async Task InitializeAsync()
    {
        _rig = await ServiceRig.CreateAsync();
        await _rig.AddAsync(releases, 1);
        await _rig.WantAsync(1);
    }

    public Task DisposeAsync() => _rig.DisposeAsync().AsTask();

    [Fact]
    public async Task Empty_device_takes_what_its_group_wants_follows_it_and_refuses_a_bad_one()
    {
        await StartFromEmptyAsync();
        Assert.Equal("downloading verified staged probing trial committed", _rig.Phases);
        Assert.Equal(("1.0.0", "1.0.0"), (_rig.Serves, _rig.Report!.Desired));

        await _rig.AddAsync(releases, 2);
        await _rig.WantAsync(2);
        Assert.True((await _rig.CheckAsync()).Done);
        await _rig.UntilAsync(UpdatePhase.Committed, "2.0.0");

        _rig.Story.Probe = path => UpdateStory.ReportOf(path, Device.Probing.ProbeReason.GoldenMismatch);
        await _rig.AddAsync(releases, 3);
        await _rig.WantAsync(3);
        await _rig.CheckAsync();
        await _rig.UntilAsync(UpdatePhase.Rejected, "3.0.0");
        Assert.Equal(("2.0.0", "3.0.0", "golden-mismatch"), (_rig.Serves, _rig.Report!.Desired, _rig.Report.ReasonCode));
        Assert.Contains("update tiny: 3.0.0 rejected: golden-mismatch: 1 of 1 golden cases failed", _rig.StatusLogText, StringComparison.Ordinal);
        Assert.Contains("update tiny: 2.0.0 committed, before 1.0.0", _rig.StatusLogText, StringComparison.Ordinal);

        // Not again by itself; but when a person asks.
        var writes = _rig.Phases;
        await _rig.CheckAsync();
        await _rig.CheckAsync();
        Assert.Equal(writes, _rig.Phases);
        _rig.Story.Probe = null;
        await _rig.CheckAsync(retry: true);
        await _rig.UntilAsync(UpdatePhase.Committed, "3.0.0");
        await _rig.UntilInstalledAsync("2.0.0", "3.0.0");
    }

    [Fact]
    public async Task Newer_desired_state_ends_a_trial_and_is_taken_from_the_version_before()
    {
        await StartFromEmptyAsync();
        await BeginEndlessTrialAsync();

        _rig.Story.Watch = null;
        await _rig.AddAsync(releases, 3);
        await MoveToAsync(3);

        Assert.EndsWith("trial rolling-back rejected downloading verified staged probing trial committed", _rig.Phases, StringComparison.Ordinal);
        Assert.Equal(["1.0.0", "2.0.0 superseded", "3.0.0"], _rig.Story.History.Read(UpdateStory.Model).Select(entry => $"{entry.Version} {entry.Code}".Trim()));
        Assert.Equal("1.0.0", _rig.Story.Bundles.PreviousVersion(UpdateStory.Model));
        Assert.Empty(_rig.Story.Denied.List());
    }

    [Fact]
    public async Task Fleet_goes_back_to_an_older_release_that_is_still_listed()
    {
        await _rig.AddAsync(releases, 2);
        await _rig.WantAsync(2);
        await _rig.StartAsync();
        await _rig.UntilAsync(UpdatePhase.Committed, "2.0.0");

        await MoveToAsync(1);
        Assert.Equal("1.0.0", _rig.Serves);
    }

    [Fact]
    public async Task Signed_minimum_takes_the_present_version_out_of_use_and_forbids_older_ones()
    {
        await StartFromEmptyAsync();
        await _rig.AddAsync(releases, 2, minRelease: 2);
        await _rig.WantAsync(2, model => model with { NotBefore = DateTimeOffset.UtcNow.AddDays(1) });
        // Who waits hears of it too: the limit is signed into every release.
        await _rig.Repository.ChangeAsync(repository => repository.SetCustom(SignedRepository.Team, new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            [$"models/{UpdateStory.Model}/1.0.0.ermodel"] = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)
            {
                ["name"] = JsonTree.Of(UpdateStory.Model), ["version"] = JsonTree.Of("1.0.0"), ["release"] = JsonTree.Of(1), ["unpacked_bytes"] = JsonTree.Of(1), ["min_release"] = JsonTree.Of(2),
            }),
        }));
        await _rig.CheckAsync();
        await _rig.UntilAsync(() => _rig.Serves is null && _rig.States.Find($"model {UpdateStory.Model}") is { State: ComponentState.Disabled });
        Assert.Contains("1.0.0 (release 1) may not run any more: the signed min_release is 2", _rig.Story.Bundles.Withheld(UpdateStory.Model), StringComparison.Ordinal);
        Assert.Single(_rig.Story.Withdrawn);

        var answer = await _rig.Service.ActivateAsync(UpdateStory.Model, "1.0.0", default);
        Assert.Equal((false, UpdateReasons.BelowMinRelease), (answer.Done, answer.Code));
        await _rig.WantAsync(1);
        await _rig.CheckAsync();
        await _rig.UntilAsync(() => _rig.Report is { Phase: "rejected", ReasonCode: UpdateReasons.BelowMinRelease });

        await MoveToAsync(2);
        await _rig.UntilAsync(() => _rig.States.Find($"model {UpdateStory.Model}") is { State: ComponentState.Running });
    }

    [Fact]
    public async Task Person_goes_back_pins_and_unpins()
    {
        await _rig.AddAsync(releases, 2);
        await StartFromEmptyAsync();
        await MoveToAsync(2);

        var back = await _rig.Service.RollBackAsync(UpdateStory.Model, default);
        Assert.True(back.Done, back.Words);
        await _rig.CheckAsync();
        Assert.Equal("1.0.0", _rig.Serves);
        Assert.Equal(UpdateReasons.RolledBackByHand, Assert.Single(_rig.Story.Denied.List()).Code);
        var dry = await _rig.Service.DryRunAsync(null, default);
        Assert.Equal((false, UpdateReasons.Denied), (dry.Done, dry.Code));
        Assert.Contains("could not be taken: ", dry.Words, StringComparison.Ordinal);
        Assert.Contains(UpdateReasons.RolledBackByHand, dry.Words, StringComparison.Ordinal);
        Assert.False((await _rig.Service.RollBackAsync(UpdateStory.Model, default)).Done);

        Assert.True((await _rig.Service.PinAsync(UpdateStory.Model, null, default)).Done);
        await _rig.AddAsync(releases, 3);
        await _rig.WantAsync(3);
        Assert.Contains("pinned to 1.0.0 by hand; the group wants 3.0.0", (await _rig.CheckAsync()).Words, StringComparison.Ordinal);
        Assert.Equal(("1.0.0", true), (_rig.Serves, _rig.Report!.Pinned));

        Assert.True((await _rig.Service.UnpinAsync(UpdateStory.Model, default)).Done);
        await _rig.UntilAsync(UpdatePhase.Committed, "3.0.0");
        Assert.Null(_rig.Report!.Pinned);
    }

    [Fact]
    public async Task Version_that_a_person_activates_stays_until_the_group_wants_another()
    {
        await _rig.AddAsync(releases, 2);
        await StartFromEmptyAsync();
        await MoveToAsync(2);

        Assert.True((await _rig.Service.ActivateAsync(UpdateStory.Model, "1.0.0", default)).Done);
        await _rig.CheckAsync();
        await _rig.UntilAsync(() => _rig.Report is { ReasonCode: UpdateReasons.Denied });
        Assert.Equal("1.0.0", _rig.Serves);
        Assert.False((await _rig.Service.ActivateAsync(UpdateStory.Model, "9.0.0", default)).Done);
    }

    [Fact]
    public async Task Repository_that_is_away_is_named_and_taken_up_again_when_it_is_back()
    {
        var away = _rig.Repository.Path + "-away";
        Directory.Move(_rig.Repository.Path, away);
        await _rig.StartAsync();
        await _rig.UntilAsync(() => _rig.Service.Snapshot()!.ProblemCode is UpdateReasons.Unavailable);
        Assert.False((await _rig.CheckAsync()).Done);
        // By hand from a stick meanwhile.
        var fromStick = await _rig.Service.CheckNowAsync(away, retry: false, default);
        Assert.True(fromStick.Done, fromStick.Words);
        await _rig.UntilAsync(UpdatePhase.Committed, "1.0.0");

        Directory.Move(away, _rig.Repository.Path);
        Assert.True((await _rig.CheckAsync()).Done);
        Assert.Null(_rig.Service.Snapshot()!.Problem);
        var nowhere = await _rig.Service.CheckNowAsync("/no/such/stick", retry: false, default);
        Assert.Equal((false, UpdateReasons.Unavailable), (nowhere.Done, nowhere.Code));
        Assert.Contains("/no/such/stick", nowhere.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dry_run_is_answered_and_moves_nothing()
    {
        await StartFromEmptyAsync();
        await _rig.AddAsync(releases, 2, custom: fields => fields.With("needs", JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["opset"] = JsonTree.Of(99), ["providers"] = JsonTree.OfTexts(["cuda"]) })));
        await _rig.AddAsync(releases, 3);
        await _rig.WantAsync(2, model => model with { DryRun = true });
        await _rig.CheckAsync();
        Assert.Equal(
            ["it needs opset 99, ONNX Runtime 1.20.0 of this device knows 21 at most", "it needs one of the execution providers cuda, this device has CPUExecutionProvider"],
            _rig.Report!.DryRun!.Problems);
        Assert.False(_rig.Report.DryRun.Ok);
        Assert.True(_rig.Report.DryRun.BytesToMove >= 0);

        await _rig.WantAsync(3, model => model with { DryRun = true });
        await _rig.CheckAsync();
        Assert.Equal(("3.0.0", true), (_rig.Report!.DryRun!.Version, _rig.Report.DryRun.Ok));
        Assert.Equal(("1.0.0", "committed"), (_rig.Serves, _rig.Report.Phase));

        // And what cannot be met is refused before anything is fetched, and taken when the device can.
        await _rig.WantAsync(2);
        Assert.Equal(UpdateReasons.NeedsNotMet, (await _rig.Service.DryRunAsync(null, default)).Code);
        await _rig.CheckAsync();
        await _rig.UntilAsync(() => _rig.Report is { Phase: "rejected", Version: "2.0.0", ReasonCode: UpdateReasons.NeedsNotMet });
        Assert.Empty(_rig.Story.Denied.List());
        _rig.Facts = new("1.99.0", ["CUDAExecutionProvider"], 1L << 30, 2L << 30);
        await _rig.CheckAsync();
        await _rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
    }

    [Fact]
    public async Task Rollout_that_is_paused_or_not_due_waits_and_its_stable_version_is_kept_by_others()
    {
        await _rig.AddAsync(releases, 2);
        await _rig.WantAsync(2, model => model with { PercentHundredths = 0, Stable = new StableModel("1.0.0", 1) });
        await StartFromEmptyAsync();

        await _rig.WantAsync(2, model => model with { Paused = true });
        Assert.Contains("the rollout of 2.0.0 is paused", (await _rig.CheckAsync()).Words, StringComparison.Ordinal);
        _rig.Now = () => null;
        await _rig.WantAsync(2, model => model with { NotBefore = DateTimeOffset.UtcNow.AddDays(-1) });
        Assert.Contains("nobody has set this device's clock yet", (await _rig.CheckAsync()).Words, StringComparison.Ordinal);
        Assert.Equal("1.0.0", _rig.Serves);
        _rig.Now = () => DateTimeOffset.UtcNow;
        await _rig.CheckAsync();
        await _rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
    }

    [Fact]
    public async Task Trial_goes_on_after_a_stop_without_a_repository()
    {
        await StartFromEmptyAsync();
        await BeginEndlessTrialAsync();
        await _rig.StopAsync();

        await _rig.StartAsync(source: "/no/such/repository");
        await _rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
        Assert.Equal("2.0.0", _rig.Serves);
    }

    [Fact]
    public async Task Model_that_the_group_no_longer_wants_stays_and_what_was_under_way_is_forgotten()
    {
        await StartFromEmptyAsync();
        _rig.Story.Probe = _ => throw new UpdateFailedException("runtime-missing", "no library", isFinal: false);
        await _rig.AddAsync(releases, 2);
        await _rig.WantAsync(2);
        await _rig.CheckAsync();
        await _rig.UntilAsync(() => _rig.Report is { Phase: "probing", ReasonCode: "runtime-missing" });

        await _rig.Repository.SetDesiredAsync(new DesiredState(DesiredState.CurrentFormat, ServiceRig.Group, new Dictionary<string, DesiredModel>(StringComparer.Ordinal)));
        await _rig.CheckAsync(retry: true);
        await _rig.UntilAsync(() => _rig.Report is { Phase: "idle" });
        Assert.Equal("1.0.0", _rig.Serves);
    }

    [Fact]
    public async Task Revoked_version_of_one_model_is_taken_out_of_use_while_the_update_of_another_is_under_way()
    {
        await StartFromEmptyAsync();
        await BeginEndlessTrialAsync();
        const string other = "other";
        var store = Directory.CreateDirectory(_rig.State.File($"models/{other}")).FullName;
        File.Copy(releases.File("1.0.0"), Path.Combine(store, "1.0.0.ermodel"));
        _rig.Story.Bundles.Activate(other, "1.0.0");
        _rig.Story.Store.Write(new UpdateRecord(other, UpdatePhase.Idle) { Known = [new KnownRelease("1.0.0", 1, new string('0', 64), 1)] });
        await _rig.Repository.AddReleaseAsync(other, "1.0.0", 1, File.ReadAllBytes(releases.File("1.0.0")), fields => fields.With("min_release", JsonTree.Of(2)));

        await _rig.Repository.SetDesiredAsync(new DesiredState(DesiredState.CurrentFormat, ServiceRig.Group, new Dictionary<string, DesiredModel>(StringComparer.Ordinal)
        {
            [UpdateStory.Model] = new("2.0.0", 2, "seed", DesiredModel.AllDevices),
            // Not listed: whoever may say what is wanted, and may sign no models, must not keep a device from hearing of the limit.
            [other] = new("7.0.0", 7, "seed", DesiredModel.AllDevices),
        }));
        await _rig.CheckAsync();

        await _rig.UntilAsync(() => _rig.Story.Bundles.InUse(other) is null);
        await _rig.UntilAsync(() => _rig.Report is { Phase: "trial", Version: "2.0.0" } && _rig.Serves is "2.0.0");
    }

    [Fact]
    public async Task Version_that_is_pinned_during_its_trial_stays()
    {
        await StartFromEmptyAsync();
        await BeginEndlessTrialAsync();

        Assert.True((await _rig.Service.PinAsync(UpdateStory.Model, null, default)).Done);
        await _rig.CheckAsync();
        await _rig.CheckAsync();

        Assert.Equal(("2.0.0", "idle", true), (_rig.Serves, _rig.Report!.Phase, _rig.Report.Pinned));
        Assert.DoesNotContain("rolling-back", _rig.Phases, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fault_that_nobody_has_foreseen_ends_neither_the_service_nor_the_daemon()
    {
        await StartFromEmptyAsync();
        _rig.Now = () => throw new InvalidOperationException("a clock without hands");

        await _rig.Service.UnpinAsync(UpdateStory.Model, default);

        await _rig.UntilAsync(() => _rig.States.Find("updates") is { State: ComponentState.Degraded });
        Assert.False(_rig.Service.ExecuteTask!.IsCompleted);
        _rig.Now = () => DateTimeOffset.UtcNow;
    }

    // The release that was there first is taken by a device that has none.
    private async Task StartFromEmptyAsync()
    {
        await _rig.StartAsync();
        await _rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
    }

    private async Task MoveToAsync(int number)
    {
        await _rig.WantAsync(number);
        await _rig.CheckAsync();
        await _rig.UntilAsync(UpdatePhase.Committed, $"{number}.0.0");
    }

    // 2.0.0 serves, and its trial ends with the token only.
    private async Task BeginEndlessTrialAsync()
    {
        var isWatched = false;
        _rig.Story.Watch = async stop =>
        {
            Volatile.Write(ref isWatched, true);
            await Task.Delay(Timeout.Infinite, stop);
            throw new InvalidOperationException("the trial ends with the token");
        };
        await _rig.AddAsync(releases, 2);
        await _rig.WantAsync(2);
        await _rig.CheckAsync();
        await _rig.UntilAsync(() => Volatile.Read(ref isWatched) && _rig.Report is { Phase: "trial", Version: "2.0.0" } && _rig.Serves is "2.0.0");
    }
}
