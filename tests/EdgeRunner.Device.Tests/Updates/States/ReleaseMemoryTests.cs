using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates.States;

/// <summary>A damaged state must not bring a revoked version back.</summary>
public sealed class ReleaseMemoryTests(Releases releases) : IClassFixture<Releases>, IDisposable
{
    private const string Model = UpdateStory.Model;

    private readonly TempDirectory _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Damaged_state_forgets_neither_the_releases_nor_the_lowest_that_may_run()
    {
        var before = await CommittedAsync(minRelease: 1);
        var good = await File.ReadAllBytesAsync(StateFile);
        for (var length = 0; length < good.Length; length += 97)
        {
            await File.WriteAllBytesAsync(StateFile, good[..length]);

            var read = Story().Store.Read(Model);
            Assert.Equal((UpdatePhase.Idle, 1L), (read.Phase, read.MinRelease));
            Assert.Equal(before.Known, read.Known);
        }

        // What is written next goes on from there.
        var store = Story().Store;
        store.Write(store.Read(Model) with { MinRelease = 2 }, counts: false);
        File.Delete(StateFile);
        Assert.Equal((2L, 1), (store.Read(Model).MinRelease, store.Read(Model).Known.Count));
    }

    [Fact]
    public async Task Revoked_version_is_taken_out_of_use_at_the_start_although_the_state_is_damaged()
    {
        await CommittedAsync(minRelease: 2);
        await File.WriteAllTextAsync(StateFile, "{");

        Story().Recovery.Run();

        Assert.Null(Story().Bundles.InUse(Model));
        Assert.StartsWith($"{Model} 1.0.0 (release 1) may not run any more: the signed min_release is 2", Story().Bundles.Withheld(Model), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_that_is_damaged_or_of_another_model_is_set_aside_and_made_anew_with_the_next_state()
    {
        var before = await CommittedAsync(minRelease: 1);
        var file = _state.File($"updates/models/{Model}/releases.json");
        foreach (var bad in new[] { "", "{", """{"format":1,"model":"other","known":[]}""", $$"""{"format":1,"model":"{{Model}}","known":[null]}""", $$"""{"format":2,"model":"{{Model}}","known":[]}""" })
        {
            await File.WriteAllTextAsync(file, bad);
            File.Move(StateFile, StateFile + ".away");
            Assert.Equal((null, 0), (Story().Store.Read(Model).MinRelease, Story().Store.Read(Model).Known.Count));
            Assert.False(File.Exists(file));
            File.Move(StateFile + ".away", StateFile);

            Story().Store.Write(Story().Store.Read(Model));
            File.Copy(StateFile, StateFile + ".away", overwrite: true);
            File.Delete(StateFile);
            Assert.Equal(before.Known, Story().Store.Read(Model).Known);
            File.Move(StateFile + ".away", StateFile);
        }
    }

    private string StateFile => _state.File($"updates/models/{Model}/state.json");

    private UpdateStory Story() => new(_state.Path, "success");

    /// <summary>A device that runs release 1.</summary>
    private async Task<UpdateRecord> CommittedAsync(long minRelease)
    {
        var story = Story();
        var record = await story.RunAsync(releases.Release(1));
        return story.Store.Write(record with { MinRelease = minRelease }, counts: false);
    }
}
