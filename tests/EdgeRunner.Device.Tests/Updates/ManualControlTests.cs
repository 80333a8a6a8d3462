using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>What a person does to the stores of a daemon that does not run.</summary>
public sealed class ManualControlTests : IDisposable
{
    private readonly PipelineRig _rig = new();
    private readonly UpdateStores _stores;
    private readonly ManualControl _control;

    public ManualControlTests()
    {
        _stores = UpdateStores.In(_rig.Directory.Path, TimeProvider.System, words => throw new InvalidOperationException(words));
        _control = new ManualControl(_stores, new StoreSwitch(_stores.Bundles), TimeProvider.System);
        foreach (var version in (string[])["1.0.0", "1.1.0", "1.2.0"]) _stores.Bundles.Install(TinyModels.Pack(_rig, "identity_float32", version), activate: true);
    }

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Rollback_goes_to_the_version_before_and_what_is_left_is_not_taken_again_by_itself()
    {
        Know(minRelease: null, (2, "1.1.0"), (3, "1.2.0"));

        var answer = await _control.RollBackAsync("tiny", default);

        Assert.Equal(new UpdateAnswer(true, "tiny 1.1.0 serves; 1.2.0 is not taken again by itself (edgerunner update check --retry lets it)"), answer);
        Assert.Equal(("1.1.0", "1.0.0"), (_stores.Bundles.InUse("tiny"), _stores.Bundles.PreviousVersion("tiny")));
        Assert.Equal((UpdatePhase.Idle, null), (_stores.States.Read("tiny").Phase, _stores.States.Read("tiny").Target));
        Assert.Equal((UpdateReasons.RolledBackByHand, "1.2.0"), (Assert.Single(_stores.Denied.List()).Code, _stores.Denied.List()[0].Version));
        Assert.Equal(("1.1.0", "1.2.0", "activated"), _stores.History.Read("tiny") is [var entry] ? (entry.Version, entry.From, entry.Outcome) : default);
    }

    [Fact]
    public async Task Rollback_to_a_version_that_is_named_and_refusals_in_words()
    {
        Assert.Equal("tiny has no version 9.0.0; installed: 1.0.0, 1.1.0, 1.2.0", (await _control.RollBackAsync("tiny", "9.0.0", default)).Words);
        Assert.True((await _control.RollBackAsync("tiny", "1.0.0", default)).Done);
        Assert.Equal("1.0.0", _stores.Bundles.InUse("tiny"));
        Assert.False((await _control.RollBackAsync("other", default)).Done);
        Assert.Contains("cannot be the name of a model", (await _control.RollBackAsync("../tiny", default)).Words, StringComparison.Ordinal);
        Assert.Contains("follows no group", (await _control.CheckNowAsync(null, false, default)).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_below_the_signed_min_release_is_never_made_the_one_in_use()
    {
        Know(minRelease: 2, (1, "1.0.0"), (2, "1.1.0"), (3, "1.2.0"));

        var refused = await _control.ActivateAsync("tiny", "1.0.0", default);

        Assert.Equal(new UpdateAnswer(false, "tiny 1.0.0 is release 1 and may not run any more: the signed min_release is 2", UpdateReasons.BelowMinRelease), refused);
        Assert.Equal(refused, await _control.RollBackAsync("tiny", "1.0.0", default));
        Assert.Equal(refused, await _control.PinAsync("tiny", "1.0.0", default));
        Assert.Equal("1.2.0", _stores.Bundles.InUse("tiny"));
        Assert.True((await _control.RollBackAsync("tiny", default)).Done);
        Assert.Equal("there is no version of tiny before 1.1.0 to return to (the signed min_release is 2)", (await _control.RollBackAsync("tiny", default)).Words);
    }

    [Fact]
    public async Task Pin_and_unpin_say_which_version_is_not_taken_again_by_itself()
    {
        Know(minRelease: null, (2, "1.1.0"), (3, "1.2.0"));

        Assert.EndsWith(". 1.2.0 is not taken again by itself, also not after model unpin (edgerunner update check --retry lets it)", (await _control.PinAsync("tiny", "1.1.0", default)).Words, StringComparison.Ordinal);
        Assert.EndsWith("Not taken by themselves, since they were left or refused here: 1.2.0 (edgerunner update check --retry lets them)", (await _control.UnpinAsync("tiny", default)).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pin_keeps_the_present_version_or_another_and_outlives_the_process()
    {
        Assert.True((await _control.PinAsync("tiny", null, default)).Done);
        Assert.Equal("1.2.0", _stores.Pins.Find("tiny"));

        Assert.True((await _control.PinAsync("tiny", "1.0.0", default)).Done);
        var later = UpdateStores.In(_rig.Directory.Path, TimeProvider.System, words => throw new InvalidOperationException(words));
        Assert.Equal(("1.0.0", "1.0.0"), (later.Pins.Find("tiny"), later.Bundles.InUse("tiny")));
        Assert.Equal("tiny follows the group again; it was pinned to 1.0.0", (await _control.UnpinAsync("tiny", default)).Words);
        Assert.Equal(new UpdateAnswer(true, "tiny was not pinned"), await _control.UnpinAsync("tiny", default));
        Assert.Equal(new UpdateAnswer(false, "nothing of model tinny is on this device; there is: tiny"), await _control.UnpinAsync("tinny", default));
        Assert.False((await _control.UnpinAsync("../tiny", default)).Done);
    }

    [Fact]
    public async Task Version_that_a_person_activates_may_be_taken_again()
    {
        Know(minRelease: null, (2, "1.1.0"), (3, "1.2.0"));
        await _control.RollBackAsync("tiny", default);

        Assert.True((await _control.ActivateAsync("tiny", "1.2.0", default)).Done);

        Assert.Equal("1.1.0", Assert.Single(_stores.Denied.List()).Version);
        Assert.Equal("1.2.0", _stores.Bundles.InUse("tiny"));
        Assert.Equal("tiny 1.2.0 serves already", (await _control.ActivateAsync("tiny", "1.2.0", default)).Words);
    }

    // As the updates that brought them would have left it.
    private void Know(long? minRelease, params (long Number, string Version)[] releases)
    {
        var known = releases.Select(release => new KnownRelease(release.Version, release.Number, $"{release.Number:x64}", 1_000)).ToList();
        _stores.States.Write(new UpdateRecord("tiny", UpdatePhase.Committed) { Target = known[^1], From = "1.1.0", MinRelease = minRelease, Known = known });
    }

    [Fact]
    public async Task Pin_of_a_version_on_trial_ends_the_trial()
    {
        Know(minRelease: null, (2, "1.1.0"), (3, "1.2.0"));
        _stores.States.Write(_stores.States.Read("tiny") with { Phase = UpdatePhase.Trial });

        Assert.True((await _control.PinAsync("tiny", null, default)).Done);

        Assert.Equal(("1.2.0", UpdatePhase.Idle), (_stores.Pins.Find("tiny"), _stores.States.Read("tiny").Phase));
    }

    [Fact]
    public async Task Change_that_is_refused_where_nothing_serves_leaves_the_deny_list_as_it_was()
    {
        _stores.Bundles.Withhold("tiny", "nothing serves");
        _stores.Denied.Add(new DeniedRelease(new string('0', 64), "tiny", "1.1.0", UpdateReasons.TrialErrors, "it was bad", DateTimeOffset.UnixEpoch));

        var answer = await new ManualControl(_stores, new RefusingSwitch(), TimeProvider.System).ActivateAsync("tiny", "1.0.0", default);

        Assert.Equal((false, UpdateReasons.SwapRefused), (answer.Done, answer.Code));
        Assert.Equal("1.1.0", Assert.Single(_stores.Denied.List()).Version);
    }

    private sealed class RefusingSwitch : IModelSwitch
    {
        public Task<ActivationReport> ActivateAsync(string model, string version, long? peakBytes, Action begins, CancellationToken cancellationToken) =>
            Task.FromResult(new ActivationReport(model, version, Activated: false, "it does not fit", []));

        public Task<ActivationReport> ReturnAsync(string model, string version, CancellationToken cancellationToken) => ActivateAsync(model, version, null, () => { }, cancellationToken);

        public Task WithdrawAsync(string model, string words, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
