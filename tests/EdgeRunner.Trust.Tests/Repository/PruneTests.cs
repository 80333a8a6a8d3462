using EdgeRunner.TestSupport;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Repository;

/// <summary>Old files go, and nothing goes that a device can need.</summary>
public sealed class PruneTests : IDisposable
{
    private const string Old = "models/a/1.ermodel";

    private static readonly TimeSpan Grace = TimeSpan.FromDays(30);

    private readonly WrittenRepository _repository;
    private readonly DatedRepositoryDisk _disk;

    public PruneTests()
    {
        _repository = new WrittenRepository();
        _repository.Disk = _disk = new DatedRepositoryDisk(_repository.Time);
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_removed_release_stays_for_a_device_with_older_metadata_until_the_grace_is_over_and_then_goes_with_the_metadata()
    {
        await _repository.InitAsync();
        await _repository.AddModelAsync("a/1.ermodel", "one");
        _repository.Time.Advance(TimeSpan.FromDays(100)); // long before the removal: what counts is when it was removed
        await _repository.RefreshAsync(all: true);
        var middle = Frozen();
        await RemoveAsync(Old);

        _repository.Time.Advance(Grace - TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(Prune().Unneeded, f => f.Path.StartsWith("targets/", StringComparison.Ordinal));
        Assert.Equal("one", await middle.DownloadAsync(Old));

        _repository.Time.Advance(TimeSpan.FromMinutes(1));
        var gone = Prune();
        Assert.Single(gone.Unneeded, f => f.Path.StartsWith("targets/models/a/", StringComparison.Ordinal));
        Assert.Single(gone.Unneeded, f => f.Path is "metadata/3.snapshot.json");
        await Assert.ThrowsAnyAsync<TrustException>(() => middle.DownloadAsync(Old));
        await ReviveAsync();
        Assert.Empty(Prune().Unneeded);
    }

    [Fact]
    public async Task What_is_published_or_staged_or_a_root_stays_however_old_it_is()
    {
        await _repository.InitAsync();
        await _repository.AddModelAsync("a/1.ermodel", "one");
        var next = WrittenRepository.Keys(3);
        await _repository.ChangeAsync(r => r.ReplaceKeys(RoleNames.Root, WrittenRepository.Role(next, 2)), [.. _repository.Root, .. next]);
        using (var open = _repository.Open())
        {
            open.AddTargets(role: null, [NewTarget.OfFile("models/b/1.ermodel", _repository.Content("two")), NewTarget.OfBytes("models/b/1.chunks", "index"u8.ToArray())]);
        }
        _repository.Time.Advance(TimeSpan.FromDays(60));

        Prune(TimeSpan.Zero);

        Assert.Equal(2, Directory.GetFiles(_repository.Layout.Metadata, "*.root.json").Length);
        await ReviveAsync();
        await _repository.ChangeAsync(_ => { }, [.. _repository.TeamKeys]);
        Assert.Equal("two", await _repository.NewDevice("b").DownloadAsync("models/b/1.ermodel"));
        Assert.Equal("one", await _repository.NewDevice("a").DownloadAsync(Old));
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task Without_grace_only_what_is_current_is_left_and_a_second_run_does_nothing()
    {
        await BusyAsync();

        var first = Prune(TimeSpan.Zero);
        var second = Prune(TimeSpan.Zero);

        Assert.NotEmpty(first.Unneeded);
        Assert.Empty(second.Unneeded);
        Assert.Equal((first.Current, first.CurrentBytes, 0), (second.Current, second.CurrentBytes, second.Replaced));
        Assert.Equal(["1.root.json", "1.targets.json", "12.snapshot.json", "6.models%2Fmain.json", "7.rollout.json", "timestamp.json"],
            Directory.GetFiles(_repository.Layout.Metadata).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task Files_of_others_links_and_what_lies_behind_them_stay()
    {
        await BusyAsync();
        var outside = Directory.CreateDirectory(_repository.File("outside")).FullName;
        var digest = new string('a', 64);
        File.WriteAllText(Path.Combine(outside, digest + ".x"), "mine");
        File.CreateSymbolicLink(Path.Combine(_repository.Layout.Targets, "link"), outside);
        File.CreateSymbolicLink(Path.Combine(_repository.Layout.Targets, digest + ".y"), Path.Combine(outside, digest + ".x"));
        string[] foreign = ["metadata/.htaccess", "metadata/01.snapshot.json", "metadata/0.snapshot.json", "metadata/1.models/x.json", "metadata/1.models%2fmain.json", "metadata/1.timestamp.json", "metadata/README.json", "targets/README", $"targets/{digest}", $"targets/{digest.ToUpperInvariant()}.x", "targets/models/.hidden"];
        foreach (var file in foreign)
        {
            var path = Path.Combine(_repository.Path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "not ours");
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        }

        var report = Prune(TimeSpan.Zero);

        Assert.NotEmpty(report.Unneeded);
        Assert.Equal(foreign.Where(f => f is not "metadata/1.models/x.json").Order(StringComparer.Ordinal), report.Foreign.Order(StringComparer.Ordinal));
        Assert.All(foreign, f => Assert.True(File.Exists(Path.Combine(_repository.Path, f)), f));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(_repository.Layout.Targets, digest + ".y")));
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task A_disk_that_fails_stops_it_with_the_file_and_the_count_and_the_next_run_removes_the_rest()
    {
        await BusyAsync();
        var all = PruneCount();

        _disk.Deletions = 3;
        var error = Assert.Throws<IOException>(() => Prune(TimeSpan.Zero));

        Assert.Contains($"3 of {all} files were removed", error.Message, StringComparison.Ordinal);
        Assert.Contains("metadata/4.snapshot.json cannot be removed: Input/output error", error.Message, StringComparison.Ordinal);
        await _repository.AssertValidAsync();
        _disk.Deletions = null;
        Assert.Equal(all - 3, Prune(TimeSpan.Zero).Unneeded.Count);
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task A_full_disk_is_no_reason_not_to_free_it()
    {
        using var disk = SmallDisk.Mount(400 << 10);
        using var repository = await new WrittenRepository(at: disk.File("repo")).InitAsync();
        await repository.AddModelAsync("a/1.ermodel", new string('a', 50_000));
        await repository.ChangeAsync(r => r.RemoveTarget(WrittenRepository.Team, Old), [.. repository.TeamKeys]);
        disk.FillUp();
        await Assert.ThrowsAnyAsync<IOException>(() => repository.AddModelAsync("b/1.ermodel", "b"));

        using (var open = TufRepository.Open(repository.Path, TimeProvider.System))
        {
            Assert.Contains(open.Prune(TimeSpan.Zero, removing: null, CancellationToken.None).Unneeded, f => f.Bytes == 50_000);
        }

        await repository.AddModelAsync("b/1.ermodel", "b");
        await repository.AssertValidAsync();
    }

    [Fact]
    public async Task Damaged_old_metadata_hold_nothing_back_and_damaged_current_or_staged_ones_stop_it_before_anything_goes()
    {
        await BusyAsync();
        File.WriteAllText(Path.Combine(_repository.Layout.Metadata, "11.snapshot.json"), "{");
        File.Delete(Path.Combine(_repository.Layout.Metadata, "5.models%2Fmain.json"));
        Assert.NotEmpty(Prune(Grace).Unneeded);

        using (var open = _repository.Open())
        {
            open.AddTarget(role: null, "models/b/1.ermodel", _repository.Content("b"), custom: null, expectedSha256: null);
        }
        var staged = _repository.Layout.StagedFile(WrittenRepository.Team);
        var good = File.ReadAllText(staged);
        foreach (var bad in (string[])["", good.Replace("\"expires\"", "\"expired\"", StringComparison.Ordinal)])
        {
            File.WriteAllText(staged, bad);
            var error = Record.Exception(() => Prune(TimeSpan.Zero));
            Assert.True(error is RepositoryException or MetadataException, $"{bad.Length}: {error}");
        }
        File.WriteAllText(staged, good);
        var current = _repository.Layout.RoleFile(WrittenRepository.Team, 6);
        File.Move(current, current + ".bak");
        Assert.Throws<RepositoryException>(() => Prune(TimeSpan.Zero));
        File.Move(current + ".bak", current);
        await _repository.AssertValidAsync();
    }

    /// <summary>After each publication all files that it needs are noted, by reading them as a device does. At each prune those must be there whose publication was
    /// replaced less than the grace ago.</summary>
    [Fact]
    public void Nothing_that_can_be_needed_is_ever_removed()
    {
        Prop.ForAll(Gen.Elements("add", "add", "remove", "rollout", "refresh", "stage", "root", "team", "prune", "prune0", "crash").ListOf(14).Select(l => string.Join(' ', l)).ToArbitrary(), steps =>
        {
            using var repository = new WrittenRepository();
            var disk = new DatedRepositoryDisk(repository.Time);
            repository.Disk = disk;
            RunAsync(repository, disk, steps.Split(' ', StringSplitOptions.RemoveEmptyEntries)).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    private static async Task RunAsync(WrittenRepository repository, DatedRepositoryDisk disk, string[] steps)
    {
        await repository.InitAsync();
        var seen = new List<(DateTimeOffset At, string[] Files)> { (repository.Time.GetUtcNow(), Needed(repository)) };
        var team = 0;
        for (var i = 0; i < steps.Length; i++)
        {
            var models = RepositoryContent.Read(repository.Layout).Roles[WrittenRepository.Team].Targets.Keys.Order(StringComparer.Ordinal).ToArray();
            switch (steps[i])
            {
                case "add":
                    await repository.AddModelAsync($"m/{i}.ermodel", $"content {i % 5}");
                    break;
                case "remove" when models.Length > 0:
                    await repository.ChangeAsync(r => r.RemoveTarget(WrittenRepository.Team, models[0]), [.. repository.TeamKeys]);
                    break;
                case "rollout":
                    using (var open = repository.Open())
                    {
                        await open.PublishDocumentsAsync(new Dictionary<string, ReadOnlyMemory<byte>?> { ["rollout/east.json"] = new[] { (byte)(i % 3) } }, CancellationToken.None);
                    }
                    break;
                case "refresh":
                    await repository.RefreshAsync(all: true);
                    break;
                case "stage":
                    using (var open = repository.Open())
                    {
                        open.AddTarget(role: null, $"models/staged/{i}.ermodel", repository.Content($"staged {i}"), custom: null, expectedSha256: null);
                    }
                    break;
                case "root":
                    await repository.ChangeAsync(r => r.Renew(RoleNames.Root), [.. repository.Root]);
                    break;
                case "team":
                    var name = $"teams/{team++ / 2}";
                    await repository.ChangeAsync(r =>
                    {
                        if (team % 2 == 1) r.AddDelegation(new NewDelegation(name, WrittenRepository.Role(repository.TeamKeys, 1), [$"{name}/*"]));
                        else r.RemoveDelegation(name);
                    }, [.. repository.Targets, .. repository.TeamKeys]);
                    break;
                case "prune" or "prune0" or "crash":
                    var grace = steps[i] is "prune" ? TimeSpan.FromDays(20) : TimeSpan.Zero;
                    disk.Deletions = steps[i] is "crash" ? i : null;
                    using (var open = repository.Open())
                    {
                        var stopped = Record.Exception(() => open.Prune(grace, removing: null, CancellationToken.None));
                        Assert.True(stopped is null || disk.Deletions is not null, stopped?.Message);
                    }
                    disk.Deletions = null;
                    var now = repository.Time.GetUtcNow();
                    for (var w = 0; w < seen.Count; w++)
                    {
                        if (w == seen.Count - 1 || seen[w + 1].At > now - grace) Assert.All(seen[w].Files, f => Assert.True(File.Exists(f), $"{string.Join(' ', steps)}: step {i} removed {f}"));
                    }
                    var content = RepositoryContent.Read(repository.Layout);
                    Assert.All(content.TargetsRoles.SelectMany(r => content.NewestTargets(r)!.Targets), t => Assert.True(File.Exists(repository.Layout.TargetFile(t.Key, t.Value.Digests)), $"{string.Join(' ', steps)}: step {i} removed {t.Key}"));
                    if (grace == TimeSpan.Zero) seen.RemoveRange(0, seen.Count - 1); // what went then is not there for a longer grace later
                    break;
            }
            var files = Needed(repository);
            if (!files.AsSpan().SequenceEqual(seen[^1].Files)) seen.Add((repository.Time.GetUtcNow(), files));
            repository.Time.Advance(TimeSpan.FromDays(5));
        }
        await repository.RefreshAsync(all: true);
        await repository.NewDevice().RefreshAsync();
        Assert.Empty((await repository.VerifyAsync()).Problems);
    }

    /// <summary>Files that a device would read now, found by another road than the code under test: the walk of the client.</summary>
    private static string[] Needed(WrittenRepository repository)
    {
        var content = RepositoryContent.ReadPublished(repository.Layout);
        var files = new List<string> { repository.Layout.RoleFile(RoleNames.Snapshot, content.Snapshot!.Header.Version) };
        files.AddRange(Enumerable.Range(1, (int)content.Root!.Header.Version).Select(v => repository.Layout.RoleFile(RoleNames.Root, v)));
        var waiting = new Queue<string>([RoleNames.Targets]);
        while (waiting.TryDequeue(out var role))
        {
            var file = repository.Layout.RoleFile(role, content.Snapshot.Find(role)!.Version);
            var targets = TargetsMetadata.Read(Envelope.Parse(role, File.ReadAllBytes(file)));
            files.Add(file);
            files.AddRange(targets.Targets.Select(t => repository.Layout.TargetFile(t.Key, t.Value.Digests)));
            foreach (var child in targets.Delegations?.Roles ?? []) waiting.Enqueue(child.Name);
        }
        return [.. files.Order(StringComparer.Ordinal)];
    }

    /// <summary>Eleven publications, one a day.</summary>
    private async Task BusyAsync()
    {
        await _repository.InitAsync();
        for (var i = 1; i <= 5; i++)
        {
            _repository.Time.Advance(TimeSpan.FromDays(1));
            await _repository.AddModelAsync("a/1.ermodel", $"content {i}");
            using var open = _repository.Open();
            await open.PublishDocumentsAsync(new Dictionary<string, ReadOnlyMemory<byte>?> { ["rollout/east.json"] = new[] { (byte)i } }, CancellationToken.None);
        }
        _repository.Time.Advance(Grace);
        await _repository.RefreshAsync(); // a snapshot is due
        await _repository.AssertValidAsync();
    }

    private FrozenRepository Frozen() => new(_repository, _repository.File("frozen"));

    private Task<PublishReport> RemoveAsync(string path) => _repository.ChangeAsync(r => r.RemoveTarget(WrittenRepository.Team, path), [.. _repository.TeamKeys]);

    private async Task ReviveAsync()
    {
        await _repository.RefreshAsync(all: true); // weeks without a refresh
        Prune(TimeSpan.Zero);
    }

    private int PruneCount() => TufRepository.FindUnneeded(RepositoryContent.Read(_repository.Layout), TimeSpan.Zero, _repository.Time.GetUtcNow()).Unneeded.Count;

    private PruneReport Prune(TimeSpan? grace = null)
    {
        using var open = _repository.Open();
        return open.Prune(grace ?? Grace, removing: null, CancellationToken.None);
    }
}
