using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates.States;

/// <summary>What is left on the disk of a release that was refused: nothing, and nothing decrypted above all.</summary>
public sealed class RefusedReleaseTests(Releases releases) : IClassFixture<Releases>, IDisposable
{
    private const string Model = UpdateStory.Model;

    private readonly TempDirectory _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Download_and_plain_text_of_a_release_that_is_no_bundle_go_with_its_refusal()
    {
        var story = new UpdateStory(_state.Path, "success");
        var release = Encrypted();
        story.Machine.Begin(release, limits: null, story);

        var record = await story.Machine.RunAsync(Model, new UpdateRun(release, new UpdateRoads(null!, story, new Unsealer(isFinal: null))), default);

        Assert.Equal((UpdatePhase.Rejected, UpdateReasons.BadBundle), (record.Phase, record.ReasonCode));
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Half_a_plain_text_goes_with_a_refusal_and_the_download_stays_while_it_may_still_be_used(bool isFinal)
    {
        var story = new UpdateStory(_state.Path, "success");
        var release = Encrypted();
        story.Machine.Begin(release, limits: null, story);
        var run = story.Machine.RunAsync(Model, new UpdateRun(release, new UpdateRoads(null!, story, new Unsealer(isFinal))), default);

        if (isFinal)
        {
            Assert.Equal(UpdatePhase.Rejected, (await run).Phase);
        }
        else
        {
            await Assert.ThrowsAsync<UpdateFailedException>(() => run);
            Assert.Single(Leavings(), file => file.StartsWith("updates/parts/", StringComparison.Ordinal));
            story.Machine.Abandon(story.Store.Read(Model), "not wanted any more");
        }

        AssertNothingIsLeft();
    }

    [Fact]
    public void What_a_power_cut_left_of_a_refused_release_goes_at_the_next_start()
    {
        var story = new UpdateStory(_state.Path, "success");
        story.Store.Write(new UpdateRecord(Model, UpdatePhase.Rejected) { Target = new KnownRelease("1.0.0", 1, new string('0', 64), 1), ReasonCode = UpdateReasons.BadBundle, Reason = "no bundle" });
        Directory.CreateDirectory(_state.File($"updates/parts/{Model}"));
        foreach (var file in new[] { $"updates/parts/{Model}/{new string('0', 64)}.part", $"updates/models/{Model}/plain.ermodel", $"updates/models/{Model}/plain.ermodel.part" })
            File.WriteAllText(_state.File(file), "left");

        story.Recovery.Run();

        Assert.Empty(story.Said);
        AssertNothingIsLeft();
    }

    private Release Encrypted() => releases.Release(1) is var release ? release with { Keys = release.Target } : null!;

    private IEnumerable<string> Leavings() => Directory.EnumerateFiles(_state.Path, "*", SearchOption.AllDirectories)
        .Where(file => file.EndsWith(".part", StringComparison.Ordinal) || Path.GetFileName(file).StartsWith("plain", StringComparison.Ordinal)).Select(file => Path.GetRelativePath(_state.Path, file));

    private void AssertNothingIsLeft() => Assert.Empty(Leavings());

    /// <summary>Decrypts to what is no bundle, or fails halfway like a process that ends there.</summary>
    private sealed class Unsealer(bool? isFinal) : IReleaseUnsealer
    {
        public Task<string?> FindProblemAsync(Release release, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        public async Task UnsealAsync(Release release, string sealedFile, string plainFile, CancellationToken cancellationToken)
        {
            await File.WriteAllTextAsync(isFinal is null ? plainFile : plainFile + ".part", "the secret", cancellationToken);
            if (isFinal is { } final) throw new UpdateFailedException(UpdateReasons.DecryptionFailed, "it does not decrypt", final);
        }
    }
}
