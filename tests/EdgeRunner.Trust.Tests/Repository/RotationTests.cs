using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Trust.Tests.Repository;

public sealed class RotationTests : IDisposable
{
    private readonly WrittenRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    private async Task<WrittenDevice> StartAsync()
    {
        await _repository.InitAsync();
        await _repository.AddModelAsync("a/1.ermodel", "a");
        var device = _repository.NewDevice();
        await device.RefreshAsync();
        return device;
    }

    private async Task AssertBothSeeAsync(WrittenDevice device, long root)
    {
        Assert.Equal("a", await device.DownloadAsync("models/a/1.ermodel"));
        Assert.Equal("a", await _repository.NewDevice(Guid.NewGuid().ToString("N")).DownloadAsync("models/a/1.ermodel"));
        Assert.Equal(root, (await device.RefreshAsync()).Root.Header.Version);
        await _repository.AssertValidAsync();
    }

    [Theory]
    [InlineData(1)] // below the threshold
    [InlineData(2)] // at it
    [InlineData(3)] // all of them
    public async Task Root_keys_are_replaced_when_enough_old_and_enough_new_keys_sign(int replaced)
    {
        var device = await StartAsync();
        var next = (KeyPair[])[.. _repository.Root.Skip(replaced), .. WrittenRepository.Keys(replaced)];

        var report = await _repository.ChangeAsync(r => r.ReplaceKeys(RoleNames.Root, WrittenRepository.Role(next, 2)), [.. _repository.Root.Take(2)]);
        if (replaced > 1)
        {
            Assert.Empty(report.Published); // of the old keys at most one is a new one
            await AssertBothSeeAsync(device, 1);
        }
        report = await _repository.ChangeAsync(_ => { }, next);
        Assert.Empty(report.Waiting);

        await AssertBothSeeAsync(device, 2);
        _repository.Root.Clear();
        _repository.Root.AddRange(next);
        await _repository.ChangeAsync(r => r.Renew(RoleNames.Root), [.. next.TakeLast(2)]);
        await AssertBothSeeAsync(device, 3);
    }

    [Fact]
    public async Task New_root_keys_alone_cannot_take_over()
    {
        var device = await StartAsync();
        var next = WrittenRepository.Keys(3);

        var report = await _repository.ChangeAsync(r => r.ReplaceKeys(RoleNames.Root, WrittenRepository.Role(next, 2)), [.. next, _repository.Root[0]]);

        Assert.Empty(report.Published);
        Assert.Equal([1, 0], Assert.Single(report.Waiting).Requirements.Select(r => r.Missing));
        await AssertBothSeeAsync(device, 1);
    }

    [Theory]
    [InlineData(RoleNames.Timestamp)]
    [InlineData(RoleNames.Snapshot)]
    public async Task Lost_online_key_is_replaced_without_the_old_one(string role)
    {
        var device = await StartAsync();
        using (var open = _repository.Open())
        {
            var old = open.AuthorityOf(role).RoleKeys.KeyIds[0];
            File.Delete(Path.Combine(_repository.OnlineKeys, old[..8] + ".pem"));
        }
        var next = _repository.NewOnlineKey();

        var report = await _repository.ChangeAsync(r => r.ReplaceKeys(role, WrittenRepository.Role([next], 1)), [.. _repository.Root.Take(2)]);

        Assert.Equal("root v2", report.Published[0]);
        Assert.Empty(report.Waiting);
        await AssertBothSeeAsync(device, 2);
        var published = RepositoryContent.Read(_repository.Layout);
        Assert.Equal(next.PublicKey.KeyId, Assert.Single(published.Published(role)!.Signatures).KeyId); // the old key's signature is gone
        await _repository.RefreshAsync(all: true);
        await AssertBothSeeAsync(device, 2);
    }

    [Fact]
    public async Task Lost_rollout_key_is_replaced_by_targets()
    {
        var device = await StartAsync();
        using (var open = _repository.Open())
        {
            File.Delete(Path.Combine(_repository.OnlineKeys, open.AuthorityOf("rollout").RoleKeys.KeyIds[0][..8] + ".pem"));
        }
        var report = await _repository.ChangeAsync(r => r.ReplaceKeys("rollout", WrittenRepository.Role([_repository.NewOnlineKey()], 1)), [.. _repository.Targets.Take(2)]);

        Assert.Empty(report.Waiting);
        Assert.Contains("rollout v2", report.Published);
        Assert.Contains("targets v2", report.Published);
        await AssertBothSeeAsync(device, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Targets_keys_are_replaced_without_a_moment_at_which_no_keys_count(int replaced)
    {
        var device = await StartAsync();
        var next = (KeyPair[])[.. _repository.Targets.Skip(replaced), .. WrittenRepository.Keys(replaced)];

        var report = await _repository.ChangeAsync(r => r.ReplaceKeys(RoleNames.Targets, WrittenRepository.Role(next, 2)), [.. _repository.Root.Take(2)]);
        Assert.Empty(report.Published); // the published targets has at most one signature that the new root asks for
        await AssertBothSeeAsync(device, 1);

        report = await _repository.ChangeAsync(_ => { }, next);
        Assert.Empty(report.Waiting);
        await AssertBothSeeAsync(device, 2);

        report = await _repository.ChangeAsync(r => r.Renew(RoleNames.Targets), [.. next.TakeLast(2)]);
        Assert.Contains("targets v2", report.Published);
        await AssertBothSeeAsync(device, 2);
    }

    [Fact]
    public async Task While_targets_keys_are_being_replaced_targets_cannot_change_and_the_way_out_is_named()
    {
        await StartAsync();
        using var open = _repository.Open();
        open.ReplaceKeys(RoleNames.Targets, WrittenRepository.Role(WrittenRepository.Keys(3), 2));

        var error = Assert.Throws<RepositoryException>(() => open.Renew(RoleNames.Targets));

        Assert.Contains("repo drop root", error.Message, StringComparison.Ordinal);
        open.Drop(RoleNames.Root);
        open.Drop(RoleNames.Targets);
        open.Renew(RoleNames.Targets);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Team_key_is_replaced_by_targets_and_the_new_key_signs_the_next_version(bool keepsTheOld)
    {
        var device = await StartAsync();
        var next = (KeyPair[])[.. keepsTheOld ? _repository.TeamKeys : [], .. WrittenRepository.Keys(1)];

        var report = await _repository.ChangeAsync(r => r.ReplaceKeys(WrittenRepository.Team, WrittenRepository.Role(next, 1)), [.. _repository.Targets.Take(2)]);
        Assert.Equal(keepsTheOld, report.Published.Contains("targets v2"));
        report = await _repository.ChangeAsync(_ => { }, next);
        Assert.Empty(report.Waiting);

        await AssertBothSeeAsync(device, 1);
        Assert.Equal(2, RepositoryContent.Read(_repository.Layout).VersionOf(RoleNames.Targets));
    }

    [Fact]
    public async Task All_online_keys_lost_at_once_are_replaced_in_one_go()
    {
        var device = await StartAsync();
        Directory.Delete(_repository.OnlineKeys, recursive: true);

        var report = await _repository.ChangeAsync(r =>
        {
            foreach (var role in r.OnlineRoles)
            {
                r.ReplaceKeys(role, WrittenRepository.Role([_repository.NewOnlineKey()], 1));
            }
        }, [.. _repository.Root.Take(2), .. _repository.Targets.Take(2)]);

        Assert.Empty(report.Waiting);
        await AssertBothSeeAsync(device, 2);
    }

    [Fact]
    public async Task A_change_of_targets_that_waits_has_to_be_finished_before_its_keys_are_replaced()
    {
        await StartAsync();
        using var open = _repository.Open();
        open.Renew(RoleNames.Targets);
        var error = Assert.Throws<RepositoryException>(() => open.ReplaceKeys(RoleNames.Targets, WrittenRepository.Role(WrittenRepository.Keys(3), 2)));
        Assert.Contains("repo drop targets", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(RoleNames.Root, open.Content.Staged.Keys);
    }

    [Theory]
    [InlineData(0, "cannot be met")]
    [InlineData(4, "cannot be met")]
    public async Task Threshold_that_cannot_be_met_is_refused(int threshold, string reason)
    {
        await StartAsync();
        using var open = _repository.Open();
        var error = Assert.Throws<RepositoryException>(() => open.ReplaceKeys(RoleNames.Root, WrittenRepository.Role(_repository.Root, threshold)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Throws<RepositoryException>(() => open.ReplaceKeys(RoleNames.Root, WrittenRepository.Role([_repository.Root[0], _repository.Root[0]], 2)));
        Assert.Throws<RepositoryException>(() => open.ReplaceKeys("models/nobody", WrittenRepository.Role(_repository.Root, 1)));
        Assert.Empty(open.Content.Staged);
    }
}
