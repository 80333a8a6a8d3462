using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates.States;

/// <summary>What is waited for without end, and what goes around and is broken off.</summary>
public sealed class LoopBreakerTests(Releases releases) : IClassFixture<Releases>, IDisposable
{
    private const string Model = UpdateStory.Model;

    /// <summary>More tries than there are writes: a night of them, with the pauses that they have.</summary>
    private const int Many = 40;

    private readonly TempDirectory _state = new();
    private readonly List<string> _trace = [];

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Swap_that_has_no_memory_or_a_silent_source_waits_without_a_write_or_another_probe()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        var probes = 0;
        story.Probe = path =>
        {
            probes++;
            return UpdateStory.ReportOf(path, ProbeReason.Ok);
        };
        story.Swap = version => Refusal(version, "there is too little memory");
        await AssertWaitsAsync(story, UpdateReasons.SwapRefused);
        var written = _trace.Count;
        Assert.Equal((UpdatePhase.Staged, UpdateReasons.SwapRefused, "there is too little memory"), (story.Store.Read(Model).Phase, story.Store.Read(Model).ReasonCode, story.Store.Read(Model).Reason));
        await AssertWaitsAsync(story, UpdateReasons.SwapRefused);
        Assert.Equal((1, written), (probes, _trace.Count));

        story.Swap = _ => null;
        var record = await story.ContinueAsync(releases.Release(2));

        Assert.Equal((UpdatePhase.Committed, "2.0.0", null), (record.Phase, story.Bundles.InUse(Model), record.ReasonCode));
        Assert.InRange(record.Writes, 6, 8);
    }

    [Fact]
    public async Task Swap_that_fails_after_the_load_in_a_way_that_may_pass_waits_outside_of_the_trial()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        story.SwapLoaded = version => Refusal(version, "pipeline q: its source is silent");
        await AssertWaitsAsync(story, UpdateReasons.SwapRefused);
        var waiting = story.Store.Read(Model);
        Assert.Equal(UpdatePhase.Staged, waiting.Phase); // Not in the trial, or a power cut of this time would count.

        story.SwapLoaded = _ => null;
        var record = await story.ContinueAsync(releases.Release(2));

        Assert.Equal((UpdatePhase.Committed, "2.0.0"), (record.Phase, story.Bundles.InUse(Model)));
        Assert.InRange(record.Writes, 6, 8);
    }

    [Fact]
    public async Task Disk_that_fails_for_hours_is_waited_for_and_told_once()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        var isBad = true;
        story.Reached = (phase, moment) =>
        {
            if (isBad && phase == UpdatePhase.Verified && moment == UpdateMoment.Inside) throw new IOException("input/output error");
        };
        await AssertWaitsAsync(story, UpdateReasons.Storage);
        Assert.Equal((UpdatePhase.Verified, UpdateReasons.Storage), (story.Store.Read(Model).Phase, story.Store.Read(Model).ReasonCode));

        isBad = false;
        var record = await story.ContinueAsync(releases.Release(2));

        Assert.Equal(UpdatePhase.Committed, record.Phase);
        Assert.InRange(record.Writes, 6, 7);
        Assert.Empty(story.Denied.List());
    }

    [Fact]
    public async Task Release_that_goes_around_by_itself_is_broken_off_after_28_states_and_denied()
    {
        await Story().RunAsync(releases.Release(1));
        _trace.Clear();
        var story = Story();
        story.Reached = (phase, moment) =>
        {
            if (phase == UpdatePhase.Staged && moment == UpdateMoment.Leaving) File.Delete(story.Bundles.FindBundle(Model, "2.0.0")!);
        };

        var record = await story.ContinueAsync(releases.Release(2));

        Assert.Equal((UpdatePhase.Rejected, UpdateReasons.LoopBreaker), (record.Phase, record.ReasonCode));
        Assert.InRange(_trace.Count, UpdateRecord.MaxWrites - 2, UpdateRecord.MaxWrites);
        Assert.Equal("1.0.0", story.Bundles.InUse(Model));
        Assert.Equal(UpdateReasons.LoopBreaker, Assert.Single(story.Denied.List()).Code);
    }

    [Fact]
    public async Task Release_that_goes_around_because_the_disk_spoils_it_is_broken_off_and_not_denied()
    {
        await Story().RunAsync(releases.Release(1));
        _trace.Clear();
        var story = Story();
        story.Probe = path => UpdateStory.ReportOf(path, ProbeReason.BundleInvalid);
        story.Reached = (phase, moment) =>
        {
            if (phase == UpdatePhase.Staged && moment == UpdateMoment.Leaving) BundleDamage.FlipByte(story.Bundles.FindBundle(Model, "2.0.0")!);
        };
        UpdateRecord? record = null;
        for (var i = 0; i < Many && record is null; i++)
        {
            try
            {
                record = await story.ContinueAsync(releases.Release(2));
            }
            catch (UpdateFailedException e)
            {
                Assert.Equal((UpdateReasons.DigestMismatch, false), (e.Code, e.IsFinal));
            }
        }

        Assert.Equal((UpdatePhase.Rejected, UpdateReasons.LoopBreaker), (record!.Phase, record.ReasonCode));
        Assert.InRange(_trace.Count, UpdateRecord.MaxWrites - 2, UpdateRecord.MaxWrites);
        Assert.Empty(story.Denied.List());
        Assert.Equal("1.0.0", story.Bundles.InUse(Model));
        var spoiled = record.Spoiled;
        Assert.InRange(spoiled, 4, 8);

        // The next round knows of this one; that of another release does not.
        var again = Story().Machine.Begin(releases.Release(2), limits: null, story);
        Assert.Equal((1, spoiled, record.SpoiledAt), (again.Writes, again.Spoiled, again.SpoiledAt));
        var other = Story().Machine.Begin(releases.Release(3), limits: null, story);
        Assert.Equal((0, null), (other.Spoiled, other.SpoiledAt));
    }

    [Fact]
    public async Task Stops_in_order_during_a_trial_are_no_going_around()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        story.Watch = _ => throw new OperationCanceledException();
        await Assert.ThrowsAsync<OperationCanceledException>(() => story.ContinueAsync(releases.Release(2)));
        var writes = story.Store.Read(Model).Writes;
        for (var i = 0; i < Many; i++)
        {
            story.Store.Write(story.Store.Read(Model) with { CleanStop = true }, counts: false);
            story = Story();
            story.Watch = _ => throw new OperationCanceledException();
            await Assert.ThrowsAsync<OperationCanceledException>(() => story.RunAsync(releases.Release(2)));
            Assert.False(story.Store.Read(Model).CleanStop); // Or a crash now would be taken for a stop.
        }

        Assert.Equal((UpdatePhase.Trial, writes, "2.0.0"), (story.Store.Read(Model).Phase, story.Store.Read(Model).Writes, story.Bundles.InUse(Model)));
        story.Watch = null;
        Assert.Equal(UpdatePhase.Committed, (await story.ContinueAsync(releases.Release(2))).Phase);
        Assert.Empty(story.Denied.List());
    }

    private async Task AssertWaitsAsync(UpdateStory story, string code)
    {
        for (var i = 0; i < Many; i++)
        {
            var e = await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(2)));
            Assert.Equal((code, false), (e.Code, e.IsFinal));
            Assert.Equal("1.0.0", story.Bundles.InUse(Model));
        }
    }

    private static ActivationReport Refusal(string version, string words) => new(Model, version, Activated: false, words, []) { MayPass = true };

    private UpdateStory Story()
    {
        var story = new UpdateStory(_state.Path, "success");
        story.Store.Written = record => _trace.Add(record.Phase.Word());
        return story;
    }
}
