using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Repository;

/// <summary>What was published and removed stays known, in the signed file of the role.</summary>
public sealed class RemovedTargetsTests : IDisposable
{
    private const string Old = "models/a/1.ermodel";

    private readonly WrittenRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_numbered_target_is_remembered_by_its_role_and_devices_read_the_role_as_before()
    {
        await _repository.InitAsync();
        await AddAsync(Old, "one", 7, minRelease: 5);
        await AddAsync("models/a/2.ermodel", "two", 8);
        var known = _repository.NewDevice("known");
        await known.RefreshAsync();
        await _repository.ChangeAsync(r => r.RemoveTarget(WrittenRepository.Team, Old), [.. _repository.TeamKeys]);

        var content = RepositoryContent.Read(_repository.Layout);
        Assert.Equal([Old], RemovedTargets.All(content).Keys);
        Assert.Equal((7, 5, FileDigests.Of("one"u8).Preferred), (RemovedTargets.All(content)[Old].Release, RemovedTargets.All(content)[Old].MinRelease, RemovedTargets.All(content)[Old].Sha256));
        Assert.Contains("\"x-removed\"", content.Roles[WrittenRepository.Team].Envelope.Signed.ToString(), StringComparison.Ordinal);
        foreach (var device in (WrittenDevice[])[known, _repository.NewDevice("new")])
        {
            Assert.Equal("two", await device.DownloadAsync("models/a/2.ermodel"));
        }
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task A_target_without_a_number_and_a_removal_that_was_given_up_are_not_remembered()
    {
        await _repository.InitAsync();
        await _repository.AddModelAsync("b/1.chunks", "index");
        await AddAsync(Old, "one", 1);
        await _repository.ChangeAsync(r => r.RemoveTarget(WrittenRepository.Team, "models/b/1.chunks"), [.. _repository.TeamKeys]);
        using var open = _repository.Open();
        open.RemoveTarget(WrittenRepository.Team, Old);
        Assert.Equal([Old], RemovedTargets.All(open.Content).Keys);
        open.Drop(WrittenRepository.Team);
        Assert.Empty(RemovedTargets.All(open.Content));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("{\"models/a/1.ermodel\": 7}")]
    [InlineData("{\"models/a/1.ermodel\": {\"sha256\": \"00\"}}")]
    [InlineData("{\"models/a/1.ermodel\": {\"release\": -1, \"sha256\": \"00\"}}")]
    [InlineData("{\"models/a/1.ermodel\": {\"release\": 1, \"sha256\": 0}}")]
    public async Task A_damaged_memory_is_named_and_not_taken_for_none(string field)
    {
        await _repository.InitAsync();
        await AddAsync(Old, "one", 1);
        var role = RepositoryContent.Read(_repository.Layout).Roles[WrittenRepository.Team];
        var damaged = role.Envelope.Signed.With("x-removed", JsonParser.Parse(System.Text.Encoding.UTF8.GetBytes(field)));
        Assert.Equal(TrustFailure.Malformed, Assert.Throws<MetadataException>(() => RemovedTargets.Read(Envelope.Build(WrittenRepository.Team, damaged, []))).Failure);
    }

    [Fact]
    public void What_is_written_is_read_again() => Prop.ForAll<NonNull<string>, NonNegativeInt, bool>((path, release, hasMin) =>
    {
        var all = new Dictionary<string, RemovedTarget>(StringComparer.Ordinal) { [Clean(path.Get)] = new(release.Get, FileDigests.Of([(byte)release.Get]).Preferred!, hasMin ? release.Get / 2 : null) };
        var envelope = Envelope.Build("models/main", RemovedTargets.With(JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)), all), []);
        return RemovedTargets.Read(Envelope.Parse("models/main", envelope.Raw))!.SequenceEqual(all);
    }).QuickCheckThrowOnFailure();

    // Half of a surrogate pair is no text that JSON could carry.
    private static string Clean(string text) => string.Concat(text.Where(c => !char.IsSurrogate(c)));

    private Task<PublishReport> AddAsync(string path, string content, long release, long? minRelease = null)
    {
        var custom = new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["release"] = JsonTree.Of(release) };
        if (minRelease is { } min)
        {
            custom["min_release"] = JsonTree.Of(min);
        }
        return _repository.ChangeAsync(r => r.AddTarget(role: null, path, _repository.Content(content), JsonTree.Of(custom), expectedSha256: null), [.. _repository.TeamKeys]);
    }
}
