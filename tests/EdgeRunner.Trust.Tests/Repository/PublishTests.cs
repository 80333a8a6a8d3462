using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Trust.Tests.Repository;

public sealed class PublishTests
{
    [Theory]
    [InlineData(CryptoKeyKind.EcdsaP256)]
    [InlineData(CryptoKeyKind.RsaPss)]
    [InlineData(CryptoKeyKind.Ed25519)]
    public async Task A_new_repository_is_trusted_by_a_device_whatever_the_kind_of_keys(CryptoKeyKind kind)
    {
        using var repository = await new WrittenRepository(kind).InitAsync();
        await repository.AddModelAsync("a/1.0.0.ermodel", "first");

        Assert.Equal("first", await repository.NewDevice().DownloadAsync("models/a/1.0.0.ermodel"));
        var verified = await repository.VerifyAsync();
        Assert.Empty(verified.Problems);
        Assert.Equal((1, 2, 2, 1), (verified.Targets, verified.Roles[WrittenRepository.Team], verified.Roles[RoleNames.Timestamp], verified.Roles[RoleNames.Targets]));
    }

    [Fact]
    public async Task Nothing_is_published_before_enough_people_have_signed()
    {
        using var repository = new WrittenRepository();
        using var open = TufRepository.Create(repository.Path, repository.Plan(), repository.Time);
        var report = await WrittenRepository.SignAndPublishAsync(open, [repository.Root[0], .. repository.Targets, .. repository.TeamKeys]);

        Assert.Empty(report.Published);
        var root = Assert.Single(report.Waiting, w => w.Requirements.Any(r => r.Missing > 0));
        Assert.Equal(("root", 1L, 2), (root.Role, root.Requirements[0].Missing, root.Requirements[0].Unsigned.Count));
        Assert.False(Directory.Exists(repository.Layout.Metadata));

        report = await WrittenRepository.SignAndPublishAsync(open, [repository.Root[2]]);
        Assert.Equal("timestamp v1", report.Published[^1]);
        Assert.Empty(Directory.EnumerateFiles(repository.Layout.Staged));
        await repository.AssertValidAsync();
    }

    [Fact]
    public async Task People_may_take_longer_to_sign_than_the_online_roles_live()
    {
        using var repository = new WrittenRepository();
        using var open = TufRepository.Create(repository.Path, repository.Plan(), repository.Time);
        await WrittenRepository.SignAndPublishAsync(open, [repository.Root[0]]);
        var folder = SigningFolder.Export(open.Content, repository.File("usb"));
        for (var days = 0; days < 3; days++)
        {
            repository.Time.Advance(TimeSpan.FromDays(5));
            await WrittenRepository.SignAndPublishAsync(open, [.. repository.TeamKeys]);
        }
        await folder.SignAsync([repository.Root[1], .. repository.Targets], CancellationToken.None);
        foreach (var signed in folder.Read())
        {
            open.Import(signed);
        }

        var report = await open.PublishAsync(CancellationToken.None);

        Assert.Empty(report.Waiting);
        Assert.Equal(1, open.Content.VersionOf("rollout"));
        await repository.AssertValidAsync();
    }

    [Fact]
    public void Nothing_of_the_first_publication_can_be_dropped()
    {
        using var repository = new WrittenRepository();
        using var open = TufRepository.Create(repository.Path, repository.Plan(), repository.Time);

        foreach (var role in (string[])[RoleNames.Root, RoleNames.Targets, "rollout", WrittenRepository.Team])
        {
            Assert.Contains("begin anew", Assert.Throws<RepositoryException>(() => open.Drop(role)).Message, StringComparison.Ordinal);
        }
        Assert.Equal(4, open.Content.Staged.Count);
    }

    [Theory]
    [InlineData("staged", "foo.json", "foo", "Delete the file")]
    [InlineData("metadata", "9.root.json", "root", "backup or a mirror")]
    public async Task Garbage_in_the_repository_is_named_with_what_to_do(string directory, string name, string role, string fix)
    {
        using var repository = await new WrittenRepository().InitAsync();
        var file = Path.Combine(repository.Path, directory, name);
        await File.WriteAllTextAsync(file, "junk");

        var error = Assert.Throws<RepositoryException>(repository.Open);

        Assert.Equal((RepositoryFailure.Damaged, role, file), (error.Failure, error.Role, error.FilePath));
        Assert.Contains(fix, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_in_staged_that_we_do_not_write_are_passed_over()
    {
        using var repository = await new WrittenRepository().InitAsync();
        await File.WriteAllTextAsync(Path.Combine(repository.Layout.Staged, "models%2fmain.json"), "junk");

        using var open = repository.Open();

        Assert.Empty(open.Content.Staged);
    }

    [Fact]
    public async Task A_role_that_no_search_comes_to_is_verified_too()
    {
        using var repository = await new WrittenRepository().InitAsync();
        var shadowed = WrittenRepository.Keys(1);
        await repository.ChangeAsync(r => r.AddDelegation(new NewDelegation("models/late", WrittenRepository.Role(shadowed, 1), ["models/late-*/*"])), [.. repository.Targets, .. shadowed]);
        await repository.AssertValidAsync();
        var file = repository.Layout.RoleFile("models/late", 1);
        var text = await File.ReadAllTextAsync(file);
        var digit = text.IndexOf("\"sig\": \"", StringComparison.Ordinal) + 8;
        await File.WriteAllTextAsync(file, text[..digit] + (text[digit] == '0' ? '1' : '0') + text[(digit + 1)..]);

        var verified = await repository.VerifyAsync();

        Assert.Contains("models/late", Assert.Single(verified.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_signs_twice_counts_once()
    {
        using var repository = await new WrittenRepository().InitAsync();
        var report = await repository.ChangeAsync(r => r.Renew(RoleNames.Root), repository.Root[0], repository.Root[0]);

        Assert.Equal(1, Assert.Single(report.Waiting).Requirements[0].Missing);
        Assert.Empty(report.Published);
    }

    [Fact]
    public async Task Two_teams_do_not_wait_for_each_other()
    {
        using var repository = await new WrittenRepository().InitAsync();
        var vision = WrittenRepository.Keys(1);
        await repository.ChangeAsync(r => r.Renew(WrittenRepository.Team), [.. repository.TeamKeys]);
        await repository.ChangeAsync(r => r.AddDelegation(new NewDelegation("vision", WrittenRepository.Role(vision, 1), ["vision/*"])), [.. repository.Targets.Take(2), .. vision]);
        using var open = repository.Open();
        open.AddTarget(role: null, "models/a/1.ermodel", repository.Content("a"), custom: null, expectedSha256: null);
        open.AddTarget(role: null, "vision/b", repository.Content("b"), custom: null, expectedSha256: null);

        var report = await WrittenRepository.SignAndPublishAsync(open, vision);

        Assert.Contains("vision v2", report.Published);
        Assert.Equal(WrittenRepository.Team, Assert.Single(report.Waiting).Role);
        await repository.AssertValidAsync();
    }

    [Fact]
    public async Task A_delegation_is_published_only_together_with_its_role()
    {
        using var repository = await new WrittenRepository().InitAsync();
        var vision = WrittenRepository.Keys(2);
        var delegation = new NewDelegation("models/vision", WrittenRepository.Role(vision, 2), ["vision/*"]);

        var report = await repository.ChangeAsync(r => r.AddDelegation(delegation), [.. repository.Targets.Take(2), vision[0]]);
        Assert.Empty(report.Published);
        await repository.AssertValidAsync();

        report = await repository.ChangeAsync(_ => { }, vision[1]);
        Assert.Equal(["models/vision v1", "targets v2"], report.Published.Take(2).Order(StringComparer.Ordinal));
        await repository.ChangeAsync(r => r.AddTarget(role: null, "vision/x", repository.Content("x"), custom: null, expectedSha256: null), [.. vision]);
        Assert.Equal("x", await repository.NewDevice().DownloadAsync("vision/x"));
    }

    [Fact]
    public async Task Refresh_renews_what_is_due_and_publishes_nothing_that_is_staged()
    {
        using var repository = await new WrittenRepository().InitAsync();
        var device = repository.NewDevice();
        await device.RefreshAsync();
        await repository.ChangeAsync(r => r.AddTarget(role: null, "models/a/1.ermodel", repository.Content("a"), custom: null, expectedSha256: null));

        repository.Time.Advance(TimeSpan.FromHours(20));
        Assert.Equal(["timestamp v2"], (await repository.RefreshAsync()).Published);
        repository.Time.Advance(TimeSpan.FromDays(4));
        Assert.Equal(["rollout v2", "snapshot v2", "timestamp v3"], (await repository.RefreshAsync()).Published);
        Assert.Equal(["rollout v3", "snapshot v3", "timestamp v4"], (await repository.RefreshAsync(all: true)).Published);

        var seen = await device.RefreshAsync();
        Assert.Equal((4L, 3L), (seen.Timestamp.Header.Version, seen.Snapshot.Header.Version));
        Assert.Equal(1, seen.Snapshot.Find(WrittenRepository.Team)!.Version);
    }

    [Fact]
    public async Task A_clock_that_fell_behind_signs_nothing()
    {
        using var repository = await new WrittenRepository().InitAsync();
        repository.Time.Advance(TimeSpan.FromDays(3));
        await repository.RefreshAsync();
        using var early = TufRepository.Open(repository.Path, new ManualTimeProvider(), onlineKeys: null);

        var error = await Assert.ThrowsAsync<RepositoryException>(() => early.RefreshAsync(all: false, CancellationToken.None));
        Assert.Equal(RepositoryFailure.ClockBehind, error.Failure);
        Assert.Contains("2026-01-04T00:00:00Z", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_online_key_is_named_and_leaves_no_trace()
    {
        using var repository = await new WrittenRepository().InitAsync();
        var before = Snapshot(repository.Layout.Metadata);
        Directory.Delete(repository.OnlineKeys, recursive: true);

        var error = await Assert.ThrowsAsync<RepositoryException>(() => repository.AddModelAsync("a/1.ermodel", "a"));

        Assert.Equal((RepositoryFailure.OnlineKeyMissing, RoleNames.Snapshot), (error.Failure, error.Role));
        Assert.Contains("repo recover", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot(repository.Layout.Metadata));
    }

    [Fact]
    public async Task A_second_person_is_told_who_is_changing_the_repository()
    {
        using var repository = await new WrittenRepository().InitAsync();
        using var first = repository.Open();

        var error = Assert.Throws<RepositoryException>(repository.Open);

        Assert.Equal(RepositoryFailure.Locked, error.Failure);
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staged_work_that_expired_is_not_published()
    {
        using var repository = await new WrittenRepository().InitAsync();
        await repository.ChangeAsync(r => r.Renew(WrittenRepository.Team));
        repository.Time.Advance(TimeSpan.FromDays(181));

        var error = await Assert.ThrowsAsync<RepositoryException>(() => repository.ChangeAsync(_ => { }, [.. repository.TeamKeys]));

        Assert.Equal((RepositoryFailure.Refused, WrittenRepository.Team), (error.Failure, error.Role));
        using var open = repository.Open();
        open.Drop(WrittenRepository.Team);
        Assert.Empty(open.Waiting());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("models/../../x")]
    [InlineData("models//x")]
    [InlineData("models/a/x\ny")]
    public async Task A_target_cannot_lie_outside_of_the_repository(string path)
    {
        using var repository = await new WrittenRepository().InitAsync();
        using var open = repository.Open();
        Assert.Throws<RepositoryException>(() => open.AddTarget(RoleNames.Targets, path, repository.Content("x"), custom: null, expectedSha256: null));
    }

    [Fact]
    public async Task A_target_that_nobody_may_list_and_one_that_changed_since_it_was_checked_are_refused()
    {
        using var repository = await new WrittenRepository().InitAsync();
        using var open = repository.Open();

        var error = Assert.Throws<RepositoryException>(() => open.AddTarget(role: null, "other/x", repository.Content("x"), custom: null, expectedSha256: null));
        Assert.Contains("models/*/*", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<RepositoryException>(() => open.AddTarget(role: null, "models/a/x", repository.Content("x"), custom: null, new string('0', 64)));
        Assert.Contains("changed while it was added", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(System.IO.Path.Combine(repository.Layout.Targets, "models", "a")));
        Assert.Empty(open.Content.Staged);
    }

    [Fact]
    public async Task Targets_that_belong_together_are_staged_and_removed_together_or_not_at_all()
    {
        using var repository = await new WrittenRepository().InitAsync();
        using var open = repository.Open();
        var bundle = NewTarget.OfFile("models/a/1.ermodel", repository.Content("abc"));

        Assert.Throws<RepositoryException>(() => open.AddTargets(role: null, [bundle, NewTarget.OfBytes("other/1.chunks", "x"u8.ToArray())]));
        Assert.Throws<RepositoryException>(() => open.AddTargets(role: null, [bundle, NewTarget.OfBytes("models/../1.chunks", "x"u8.ToArray())]));
        Assert.Throws<RepositoryException>(() => open.AddTargets(role: null, [NewTarget.OfBytes("models/a/1.chunks", "x"u8.ToArray()), bundle with { ExpectedSha256 = new string('0', 64) }]));
        Assert.Empty(open.Content.Staged);

        var role = open.AddTargets(role: null, [bundle, NewTarget.OfBytes("models/a/1.chunks", "x"u8.ToArray()) with { Custom = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["chunks"] = JsonTree.Of(1) }) }]);
        var staged = open.Content.NewestTargets(role)!.Targets;
        Assert.Equal("x", System.IO.File.ReadAllText(repository.Layout.TargetFile("models/a/1.chunks", staged["models/a/1.chunks"].Digests)));
        Assert.Equal(1, staged["models/a/1.chunks"].Custom!.Find("chunks")!.Integer);
        Assert.Equal(3, staged["models/a/1.ermodel"].Length);

        Assert.Throws<RepositoryException>(() => open.RemoveTargets(role, ["models/a/1.ermodel", "models/a/2.chunks"]));
        Assert.Equal(2, open.Content.NewestTargets(role)!.Targets.Count);
        open.RemoveTargets(role, ["models/a/1.ermodel", "models/a/1.chunks"]);
        Assert.Empty(open.Content.NewestTargets(role)!.Targets);
    }

    private static Dictionary<string, string> Snapshot(string directory) =>
        Directory.EnumerateFiles(directory).Where(f => !System.IO.Path.GetFileName(f).StartsWith('.')).ToDictionary(f => f, System.IO.File.ReadAllText, StringComparer.Ordinal);
}
