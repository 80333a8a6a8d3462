using System.Text;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Trust.Tests.Repository;

public sealed class OnlineDocumentTests : IDisposable
{
    private const string East = "rollout/east.json";

    private readonly WrittenRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_document_reaches_a_device_without_a_persons_key_and_the_next_one_replaces_it()
    {
        await _repository.InitAsync();
        var report = await PublishAsync((East, "one"));
        Assert.Equal(["rollout v2", "snapshot v2", "timestamp v2"], report.Published);
        Assert.Equal("one", await _repository.NewDevice().DownloadAsync(East));

        await PublishAsync((East, "two"), ("rollout/west.json", "other"));
        Assert.Equal("two", await _repository.NewDevice("second").DownloadAsync(East));
        Assert.Equal("other", await _repository.NewDevice("third").DownloadAsync("rollout/west.json"));
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task A_removed_document_is_found_no_more_and_the_others_are()
    {
        await _repository.InitAsync();
        await PublishAsync((East, "one"), ("rollout/west.json", "other"));
        await PublishAsync((East, null));

        var error = await Assert.ThrowsAsync<TargetException>(() => _repository.NewDevice().DownloadAsync(East));
        Assert.Equal(TrustFailure.TargetNotFound, error.Failure);
        Assert.Equal("other", await _repository.NewDevice("second").DownloadAsync("rollout/west.json"));
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task What_others_have_staged_neither_stops_a_document_nor_is_published_with_it()
    {
        await _repository.InitAsync();
        using var open = _repository.Open();
        open.AddTarget(role: null, "models/a/1.ermodel", _repository.Content("a"), custom: null, expectedSha256: null);
        _repository.Time.Advance(TimeSpan.FromDays(400)); // what is staged has expired long since, and nobody has looked after the repository
        var report = await open.PublishDocumentsAsync(Documents((East, "one")), CancellationToken.None);

        Assert.Equal(["rollout v2", "snapshot v2", "timestamp v2"], report.Published);
        Assert.Equal(WrittenRepository.Team, Assert.Single(report.Waiting).Role);
    }

    [Fact]
    public async Task A_new_key_of_the_role_that_waits_for_people_does_not_bring_the_old_document_back()
    {
        await _repository.InitAsync();
        await PublishAsync((East, "one"));
        using (var open = _repository.Open())
        {
            open.ReplaceKeys("rollout", WrittenRepository.Role([_repository.NewOnlineKey()], 1));
        }
        await PublishAsync((East, "two"));
        Assert.Equal("two", await _repository.NewDevice().DownloadAsync(East));

        var report = await _repository.ChangeAsync(_ => { }, [.. _repository.Targets]);
        Assert.Empty(report.Waiting);
        Assert.Equal("two", await _repository.NewDevice("second").DownloadAsync(East));
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task What_belongs_to_a_team_or_to_nobody_is_refused_and_nothing_changes()
    {
        await _repository.InitAsync();
        var team = await Assert.ThrowsAsync<RepositoryException>(() => PublishAsync(("models/a/1.ermodel", "x")));
        Assert.Equal((RepositoryFailure.Refused, WrittenRepository.Team), (team.Failure, team.Role));
        Assert.Contains("no delegation covers other/x", (await Assert.ThrowsAsync<RepositoryException>(() => PublishAsync(("other/x", "x")))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be the path", (await Assert.ThrowsAsync<RepositoryException>(() => PublishAsync(("rollout/../x", "x")))).Message, StringComparison.Ordinal);

        Directory.Delete(_repository.OnlineKeys, recursive: true);
        Assert.Equal(RepositoryFailure.OnlineKeyMissing, (await Assert.ThrowsAsync<RepositoryException>(() => PublishAsync((East, "x")))).Failure);
        Assert.False(Directory.Exists(Path.Combine(_repository.Layout.Targets, "rollout")));
        Assert.Equal(1, RepositoryContent.Read(_repository.Layout).VersionOf("rollout"));
    }

    [Fact]
    public async Task Old_documents_are_swept_except_the_last_few_and_those_of_other_groups()
    {
        await _repository.InitAsync();
        await PublishAsync(("rollout/far.east.json", "other"));
        for (var n = 0; n < TufRepository.KeptOldFiles + 4; n++)
        {
            await PublishAsync((East, $"version {n}"));
        }

        var files = Directory.GetFiles(Path.Combine(_repository.Layout.Targets, "rollout"));
        Assert.Equal(TufRepository.KeptOldFiles + 2, files.Length);
        Assert.Equal($"version {TufRepository.KeptOldFiles + 3}", await _repository.NewDevice().DownloadAsync(East));
        Assert.Equal("other", await _repository.NewDevice("second").DownloadAsync("rollout/far.east.json"));
    }

    private static Dictionary<string, ReadOnlyMemory<byte>?> Documents(params (string Path, string? Content)[] documents) =>
        documents.ToDictionary(d => d.Path, d => d.Content is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(d.Content));

    private async Task<PublishReport> PublishAsync(params (string Path, string? Content)[] documents)
    {
        using var open = _repository.Open();
        return await open.PublishDocumentsAsync(Documents(documents), CancellationToken.None);
    }
}
