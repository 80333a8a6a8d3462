using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Trust.Tests.Repository;

/// <summary>The power goes at every single file-system operation of every command. What is left is valid, for a new device and for one that knows the old
/// repository; and doing it again succeeds.</summary>
public sealed class RepositoryPowerCutTests : IDisposable
{
    private readonly TempDirectory _copies = new();
    private readonly WrittenRepository _origin = new();

    public void Dispose()
    {
        _copies.Dispose();
        _origin.Dispose();
    }

    [Fact]
    public Task Adding_a_target() => CutEverywhereAsync(r => r.AddTarget(role: null, "models/b/1.ermodel", _origin.Content("b"), custom: null, expectedSha256: null), _origin.TeamKeys, everyWay: true);

    [Fact]
    public Task Adding_targets_that_belong_together() => CutEverywhereAsync(r => r.AddTargets(role: null, [NewTarget.OfFile("models/b/1.ermodel", _origin.Content("b")), NewTarget.OfBytes("models/b/1.chunks", "index of b"u8.ToArray())]), _origin.TeamKeys);

    [Fact]
    public Task Removing_a_target() => CutEverywhereAsync(r => r.RemoveTarget(WrittenRepository.Team, "models/old/1.ermodel"), _origin.TeamKeys);

    [Fact]
    public Task Replacing_the_timestamp_key() => ReplaceOnlineAsync(RoleNames.Timestamp, _origin.Root);

    [Fact]
    public Task Replacing_the_snapshot_key() => ReplaceOnlineAsync(RoleNames.Snapshot, _origin.Root);

    [Fact]
    public Task Replacing_the_key_of_an_online_delegation() => ReplaceOnlineAsync("rollout", _origin.Targets);

    [Fact]
    public Task Replacing_all_root_keys()
    {
        var next = WrittenRepository.Keys(3);
        return CutEverywhereAsync(r => r.ReplaceKeys(RoleNames.Root, WrittenRepository.Role(next, 2)), [.. _origin.Root, .. next]);
    }

    [Fact]
    public Task Replacing_all_targets_keys()
    {
        var next = WrittenRepository.Keys(3);
        return CutEverywhereAsync(r => r.ReplaceKeys(RoleNames.Targets, WrittenRepository.Role(next, 2)), [.. _origin.Root, .. next], everyWay: true);
    }

    [Fact]
    public Task Replacing_a_team_key()
    {
        var next = WrittenRepository.Keys(1);
        return CutEverywhereAsync(r => r.ReplaceKeys(WrittenRepository.Team, WrittenRepository.Role(next, 1)), [.. _origin.Targets, .. next]);
    }

    [Fact]
    public Task Adding_an_online_delegation()
    {
        var key = _origin.NewOnlineKey();
        return CutEverywhereAsync(r => r.AddDelegation(new NewDelegation("beta", WrittenRepository.Role([key], 1), ["beta/*"], Online: true)), _origin.Targets);
    }

    [Fact]
    public Task Refreshing_everything() => CutEverywhereAsync(_ => { }, [], r => r.RefreshAsync(all: true, CancellationToken.None));

    [Fact]
    public Task Publishing_a_document_of_an_online_role() => CutEverywhereAsync(_ => { }, [],
        r => r.PublishDocumentsAsync(new Dictionary<string, ReadOnlyMemory<byte>?> { ["rollout/east.json"] = "{}"u8.ToArray() }, CancellationToken.None));

    [Fact]
    public Task Removing_a_delegation() => CutEverywhereAsync(r => r.RemoveDelegation("rollout"), _origin.Targets, everyWay: true);

    [Fact]
    public Task Removing_old_files() => CutEverywhereAsync(_ => { }, [], r =>
    {
        r.Prune(TimeSpan.Zero, removing: null, CancellationToken.None);
        return Task.CompletedTask;
    }, prepare: async () =>
    {
        for (var i = 0; i < 4; i++)
        {
            await _origin.AddModelAsync("new/1.ermodel", $"content {i}");
        }
        foreach (var file in Directory.EnumerateFiles(_origin.Path, "*.*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch); // before the clock of the test
        }
    }, everyWay: true);

    [Fact]
    public async Task Making_a_repository()
    {
        var plan = _origin.Plan();
        var signers = (KeyPair[])[.. _origin.Root, .. _origin.Targets, .. _origin.TeamKeys];
        var cuts = 0;
        for (var operation = 0; ; operation++)
        {
            var way = (CuttingRepositoryDisk.Way)(operation % 3); // all three ways at each would take too long
            var path = _copies.File($"{way}-{operation}");
            if (!await IsCutAsync(() => MakeAsync(path, new CuttingRepositoryDisk(operation, way))))
            {
                break;
            }
            cuts++;
            var layout = new RepositoryLayout(path);
            if (File.Exists(layout.RoleFile(RoleNames.Timestamp, 0)))
            {
                Assert.Empty((await VerifyAsync(layout)).Problems);
            }

            await MakeAsync(path, RepositoryDisk.Instance);

            Assert.Empty((await VerifyAsync(layout)).Problems);
            Assert.Empty(Directory.EnumerateFiles(layout.Staged));
        }
        Assert.InRange(cuts, 30, 200);

        async Task MakeAsync(string path, IRepositoryDisk disk)
        {
            using var repository = File.Exists(new RepositoryLayout(path).SettingsFile)
                ? TufRepository.Open(path, _origin.Time, onlineKeys: null, disk)
                : TufRepository.Create(path, plan, _origin.Time, disk);
            await WrittenRepository.SignAndPublishAsync(repository, signers);
        }
    }

    [Fact]
    public async Task Full_disk_leaves_the_old_repository_and_the_same_command_succeeds_once_there_is_space()
    {
        using var disk = SmallDisk.Mount(400 << 10);
        using var repository = await new WrittenRepository(at: disk.File("repo")).InitAsync();
        await repository.AddModelAsync("a/1.ermodel", "a");
        disk.FillUp();

        foreach (var size in (int[])[1, 100_000])
        {
            await Assert.ThrowsAnyAsync<IOException>(() => repository.AddModelAsync("b/1.ermodel", new string('b', size)));
            await Assert.ThrowsAnyAsync<IOException>(() => repository.RefreshAsync(all: true));
            await repository.AssertValidAsync();
        }
        Assert.Equal("a", await repository.NewDevice().DownloadAsync("models/a/1.ermodel"));

        disk.FreeSpace();
        await repository.AddModelAsync("b/1.ermodel", "b");
        await repository.RefreshAsync(all: true);
        Assert.Equal("b", await repository.NewDevice("later").DownloadAsync("models/b/1.ermodel"));
        Assert.Empty(Directory.EnumerateFiles(repository.Path, ".*.tmp", SearchOption.AllDirectories));
    }

    private Task ReplaceOnlineAsync(string role, IReadOnlyList<KeyPair> signers)
    {
        var next = _origin.NewOnlineKey();
        return CutEverywhereAsync(r => r.ReplaceKeys(role, WrittenRepository.Role([next], 1)), signers);
    }

    private async Task CutEverywhereAsync(Action<TufRepository> change, IReadOnlyList<KeyPair> signers, Func<TufRepository, Task>? publish = null, bool everyWay = false, Func<Task>? prepare = null)
    {
        publish ??= r => WrittenRepository.SignAndPublishAsync(r, signers);
        await _origin.InitAsync();
        await _origin.AddModelAsync("old/1.ermodel", "old");
        await (prepare?.Invoke() ?? Task.CompletedTask);
        await _origin.NewDevice("known").RefreshAsync();
        var cuts = 0;
        foreach (var offset in everyWay ? [0, 1, 2] : (int[])[0])
        {
            for (var operation = 0; ; operation++)
            {
                var way = (CuttingRepositoryDisk.Way)((operation + offset) % 3);
                using var copy = new WrittenRepository(at: _copies.File($"{way}-{operation}"));
                CopyDirectory(_origin.Path, copy.Path);
                var known = copy.File("known");
                CopyDirectory(_origin.File("known"), known);
                if (!await IsCutAsync(() => RunAsync(copy.Path, new CuttingRepositoryDisk(operation, way))))
                {
                    break;
                }
                cuts++;

                Assert.Empty((await VerifyAsync(copy.Layout)).Problems);
                await RefreshKnownAsync(copy.Layout, known);

                await RunAsync(copy.Path, RepositoryDisk.Instance);

                Assert.Empty((await VerifyAsync(copy.Layout)).Problems);
                await RefreshKnownAsync(copy.Layout, known);
                Assert.Empty(Directory.EnumerateFiles(copy.Path, ".*.tmp", SearchOption.AllDirectories));
                Assert.Empty(RepositoryContent.Read(copy.Layout).Staged);
            }
        }
        Assert.InRange(cuts, 9, 400);

        async Task RunAsync(string path, IRepositoryDisk disk)
        {
            using var repository = TufRepository.Open(path, _origin.Time, onlineKeys: null, disk);
            try
            {
                change(repository);
            }
            catch (RepositoryException e) when (e.Failure is RepositoryFailure.AlreadyThere or RepositoryFailure.NotFound)
            {
                // It was staged, or published, before the power went.
            }
            await publish(repository);
        }
    }

    private static async Task<bool> IsCutAsync(Func<Task> run)
    {
        try
        {
            await run();
            return false;
        }
        catch (RepositoryPowerCutException)
        {
            return true;
        }
    }

    private Task<VerifiedRepository> VerifyAsync(RepositoryLayout layout) => new RepositoryVerifier(layout, _origin.Time).VerifyAsync(initialRoot: null, CancellationToken.None);

    private async Task RefreshKnownAsync(RepositoryLayout layout, string device)
    {
        var store = new Trust.Client.MetadataStore(Path.Combine(device, "state"));
        var client = new Trust.Client.TufClient(store, new RepositoryFolder(layout), new Trust.Client.TrustClock(_origin.Time, DateTimeOffset.UnixEpoch, () => true));
        await client.RefreshAsync(CancellationToken.None);
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        }
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
