using System.Security.Cryptography;
using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates.States;

/// <summary>A disk that changes the bundle after it was put into the store, and a device without memory: no verdict on the release.</summary>
public sealed class DamagedBundleTests(Releases releases) : IClassFixture<Releases>, IDisposable
{
    private const string Model = UpdateStory.Model;

    private readonly TempDirectory _state = new();

    public void Dispose() => _state.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // It is in a weight that nothing guards, and the answers are wrong.
    public async Task Bundle_that_the_disk_spoils_before_its_probe_is_fetched_again_and_not_held_against_the_release(bool isDamageFound)
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        story.Probe = path => UpdateStory.ReportOf(path, story.Fetches > 1 ? ProbeReason.Ok : isDamageFound ? ProbeReason.BundleInvalid : ProbeReason.GoldenMismatch);
        story.Reached = (phase, moment) => Damage(story, phase == UpdatePhase.Staged && moment == UpdateMoment.Leaving);

        var e = await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(2)));

        Assert.Equal((UpdateReasons.DigestMismatch, false), (e.Code, e.IsFinal));
        Assert.Equal(UpdatePhase.Downloading, story.Store.Read(Model).Phase);
        await AssertEndsWellAsync(story);
    }

    [Fact]
    public async Task Bundle_that_loads_and_is_not_the_one_that_was_put_there_is_fetched_again()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        story.Probe = path => UpdateStory.ReportOf(path, ProbeReason.Ok) with { Sha256 = UpdateStory.Release(path, "2.0.0", 2).Target.File.Digests.All["sha256"] };
        story.Reached = (phase, moment) =>
        {
            if (story.Fetches == 1 && phase == UpdatePhase.Staged && moment == UpdateMoment.Leaving) BundleDamage.Replace(story.Bundles.FindBundle(Model, "2.0.0")!, releases.File("3.0.0"));
        };

        var e = await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(2)));

        Assert.Equal((UpdateReasons.DigestMismatch, false), (e.Code, e.IsFinal));
        await AssertEndsWellAsync(story);
    }

    [Fact]
    public async Task Bundle_that_was_read_wrongly_once_is_probed_again()
    {
        var story = Story();
        var probes = 0;
        story.Probe = path => UpdateStory.ReportOf(path, ProbeReason.Ok) with { Sha256 = probes++ == 0 ? new string('0', 64) : null };

        var e = await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(1)));

        Assert.Equal((UpdateReasons.DigestMismatch, false, UpdatePhase.Probing), (e.Code, e.IsFinal, story.Store.Read(Model).Phase));
        Assert.Equal((UpdatePhase.Committed, 1), ((await story.ContinueAsync(releases.Release(1))).Phase, story.Fetches));
        Assert.Empty(story.Denied.List());
    }

    [Fact]
    public async Task Bundle_that_the_disk_spoils_before_the_swap_is_fetched_again()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        story.Swap = version =>
        {
            if (story.Fetches > 1) return null;
            Damage(story, isTime: true);
            return new ActivationReport(Model, version, Activated: false, "model.onnx is damaged", []);
        };

        await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(2)));

        await AssertEndsWellAsync(story);
    }

    [Fact]
    public async Task Version_that_fails_its_trial_with_a_bundle_that_the_disk_has_spoiled_goes_back_and_may_be_tried_again()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story("bad-trial");
        story.Reached = (phase, moment) => Damage(story, phase == UpdatePhase.Trial && moment == UpdateMoment.Inside);

        var record = await story.ContinueAsync(releases.Release(2));

        Assert.Equal((UpdatePhase.Rejected, UpdateReasons.DigestMismatch, "1.0.0"), (record.Phase, record.ReasonCode, story.Bundles.InUse(Model)));
        Assert.Contains("What came of it: trial-errors: 9 of 10 windows failed", record.Reason, StringComparison.Ordinal);
        Assert.Null(story.Bundles.FindBundle(Model, "2.0.0"));
        Assert.Empty(story.Denied.List());
    }

    [Fact]
    public async Task Version_that_fails_its_trial_goes_back_also_when_the_disk_does_not_give_its_bundle_back()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story("bad-trial");
        FileStream? locked = null;
        story.Reached = (phase, moment) =>
        {
            if (phase == UpdatePhase.Trial && moment == UpdateMoment.Leaving) locked ??= new FileStream(story.Bundles.FindBundle(Model, "2.0.0")!, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        };

        var record = await story.ContinueAsync(releases.Release(2));

        using (locked) Assert.NotNull(locked);
        Assert.Equal((UpdatePhase.Rejected, UpdateReasons.DigestMismatch, "1.0.0"), (record.Phase, record.ReasonCode, story.Bundles.InUse(Model)));
        Assert.Contains("or cannot be read", record.Reason, StringComparison.Ordinal);
        Assert.Contains("What came of it: trial-errors: 9 of 10 windows failed", record.Reason, StringComparison.Ordinal);
        Assert.Empty(story.Denied.List());
    }

    [Fact]
    public void Damage_is_looked_for_without_the_file_in_memory()
    {
        const int Length = 8 << 20;
        var story = Story();
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(story.Bundles.Root, Model)).FullName, "2.0.0.ermodel");
        var bytes = new byte[Length];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(file, bytes);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var record = new UpdateRecord(Model, UpdatePhase.Staged) { Target = new KnownRelease("2.0.0", 2, digest, Length) { BundleSha256 = digest } };
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(story.Ledger.IsDamaged(record));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Length / 8);
        BundleDamage.FlipByte(file);
        Assert.True(story.Ledger.IsDamaged(record));
    }

    [Fact]
    public async Task Daemon_that_died_in_the_trial_of_a_bundle_that_the_disk_has_spoiled_denies_nothing()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        story.Watch = _ => throw new OperationCanceledException();
        await Assert.ThrowsAsync<OperationCanceledException>(() => story.ContinueAsync(releases.Release(2)));
        BundleDamage.FlipByte(story.Bundles.FindBundle(Model, "2.0.0")!);

        Story().Recovery.Run();

        Assert.Equal((UpdatePhase.Rejected, UpdateReasons.DigestMismatch, "1.0.0"), (story.Store.Read(Model).Phase, story.Store.Read(Model).ReasonCode, story.Bundles.InUse(Model)));
        Assert.Empty(story.Denied.List());
    }

    [Fact]
    public async Task Probe_that_the_kernel_kills_for_want_of_memory_is_made_once_more_and_then_ends_the_update()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        story.Probe = path => UpdateStory.ReportOf(path, ProbeReason.MemoryExceeded) with { Signal = 9 };

        var e = await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(2)));
        Assert.Equal(("memory-exceeded", false), (e.Code, e.IsFinal));
        var record = await Story("success", story.Probe).ContinueAsync(releases.Release(2)); // Also after a restart.

        Assert.Equal((UpdatePhase.Rejected, "memory-exceeded"), (record.Phase, record.ReasonCode));
        Assert.Single(story.Denied.List());
    }

    [Fact]
    public async Task Second_probe_that_the_kernel_kills_ends_the_update_whatever_troubles_were_before()
    {
        await Story().RunAsync(releases.Release(1));
        var story = Story();
        story.SwapLoaded = version => new ActivationReport(Model, version, Activated: false, "there is too little memory", []) { MayPass = true };
        for (var i = 0; i < 20; i++) await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(2)));
        var probes = 0;
        story = Story("success", path =>
        {
            probes++;
            return UpdateStory.ReportOf(path, ProbeReason.MemoryExceeded) with { Signal = 9 };
        });

        Assert.Equal("memory-exceeded", (await Assert.ThrowsAsync<UpdateFailedException>(() => story.ContinueAsync(releases.Release(2)))).Code);
        var record = await story.ContinueAsync(releases.Release(2));

        Assert.Equal((UpdatePhase.Rejected, "memory-exceeded", 2), (record.Phase, record.ReasonCode, probes));
        Assert.Single(story.Denied.List());
    }

    [Fact]
    public async Task Probe_that_passes_its_own_limit_of_memory_ends_the_update_at_once()
    {
        var story = Story();
        story.Probe = path => UpdateStory.ReportOf(path, ProbeReason.MemoryExceeded);

        Assert.Equal((UpdatePhase.Rejected, "memory-exceeded"), ((await story.ContinueAsync(releases.Release(1))) is var record ? record.Phase : default, record.ReasonCode));
    }

    private async Task AssertEndsWellAsync(UpdateStory story)
    {
        Assert.Equal("1.0.0", story.Bundles.InUse(Model));
        var record = await story.ContinueAsync(releases.Release(2));
        Assert.Equal((UpdatePhase.Committed, "2.0.0", 2), (record.Phase, story.Bundles.InUse(Model), story.Fetches));
        Assert.Empty(story.Denied.List());
    }

    private static void Damage(UpdateStory story, bool isTime)
    {
        if (isTime && story.Fetches <= 1) BundleDamage.FlipByte(story.Bundles.FindBundle(Model, "2.0.0")!);
    }

    private UpdateStory Story(string name = "success", Func<string, ProbeReport>? probe = null) => new(_state.Path, name) { Probe = probe };
}
