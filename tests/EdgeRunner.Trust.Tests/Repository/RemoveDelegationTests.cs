using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Trust.Tests.Repository;

/// <summary>A team leaves: nobody can get its targets any more, and devices that knew it go on.</summary>
public sealed class RemoveDelegationTests : IDisposable
{
    private const string Apps = "teams/apps";
    private const string Target = "apps/x";

    private readonly WrittenRepository _repository = new();
    private readonly List<KeyPair> _appsKeys = WrittenRepository.Keys(1);

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Devices_that_knew_the_role_refresh_on_and_find_its_targets_no_more()
    {
        await StartAsync();
        var known = _repository.NewDevice("known");
        Assert.Equal("x", await known.DownloadAsync(Target));

        var report = await _repository.ChangeAsync(r => r.RemoveDelegation(Apps), [.. _repository.Targets]);

        Assert.Equal(["targets v3", "snapshot v5", "timestamp v5"], report.Published);
        foreach (var device in (WrittenDevice[])[known, _repository.NewDevice("new")])
        {
            Assert.Equal(TrustFailure.TargetNotFound, (await Assert.ThrowsAsync<TargetException>(() => device.DownloadAsync(Target))).Failure);
            Assert.Equal("a", await device.DownloadAsync("models/a/1.ermodel"));
        }
        var content = RepositoryContent.Read(_repository.Layout);
        Assert.Equal(2, content.Snapshot!.Find(Apps)!.Version);
        Assert.Equal([Apps], content.Retired.Keys);
        Assert.DoesNotContain(Apps, content.Roles.Keys);
        Assert.DoesNotContain(Apps, RoleStatus.Of(content).Select(r => r.Role));
        Assert.DoesNotContain(_appsKeys[0].PublicKey.KeyId, content.Roles[RoleNames.Targets].Delegations!.Keys.Keys);
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task Every_later_snapshot_lists_it_still_also_when_its_file_is_lost()
    {
        await StartAsync();
        var known = _repository.NewDevice("known");
        await known.RefreshAsync();
        await _repository.ChangeAsync(r => r.RemoveDelegation(Apps), [.. _repository.Targets]);
        File.Delete(_repository.Layout.RoleFile(Apps, 2));

        await _repository.RefreshAsync(all: true);
        await _repository.AddModelAsync("b/1.ermodel", "b");
        await _repository.ChangeAsync(r => r.ReplaceKeys(RoleNames.Timestamp, WrittenRepository.Role([_repository.NewOnlineKey()], 1)), [.. _repository.Root]);

        Assert.Equal(2, RepositoryContent.Read(_repository.Layout).Snapshot!.Find(Apps)!.Version);
        Assert.Null(RepositoryContent.Read(_repository.Layout).ReadRetired(Apps));
        Assert.Equal("b", await known.DownloadAsync("models/b/1.ermodel"));
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task A_team_of_that_name_that_comes_later_begins_empty_and_counts_on_and_its_old_keys_are_worth_nothing()
    {
        await StartAsync();
        var known = _repository.NewDevice("known");
        await known.RefreshAsync();
        await _repository.ChangeAsync(r => r.RemoveDelegation(Apps), [.. _repository.Targets]);
        var next = WrittenRepository.Keys(1);

        await _repository.ChangeAsync(r => r.AddDelegation(Delegation(next)), [.. _repository.Targets, .. next]);

        var content = RepositoryContent.Read(_repository.Layout);
        Assert.Equal((3, 0), ((int)content.VersionOf(Apps), content.Roles[Apps].Targets.Count));
        Assert.Empty(content.Retired);
        var refused = await _repository.ChangeAsync(r => r.AddTarget(Apps, Target, _repository.Content("y"), custom: null, expectedSha256: null), [.. _appsKeys]);
        Assert.Equal(Apps, Assert.Single(refused.Waiting).Role);
        await _repository.ChangeAsync(_ => { }, [.. next]);
        Assert.Equal("y", await known.DownloadAsync(Target));
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task It_waits_for_as_many_signers_as_targets_needs_and_till_then_the_team_is_as_it_was()
    {
        await StartAsync();
        using (var open = _repository.Open())
        {
            open.AddTarget(Apps, "apps/y", _repository.Content("y"), custom: null, expectedSha256: null);
        }
        var first = await _repository.ChangeAsync(r => r.RemoveDelegation(Apps), _repository.Targets[0]);

        Assert.Equal(RoleNames.Targets, Assert.Single(first.Waiting).Role); // what was staged for the role is dropped
        Assert.Equal([Apps], RepositoryContent.Read(_repository.Layout).Leaving);
        Assert.Equal("x", await _repository.NewDevice("one").DownloadAsync(Target));
        Assert.Contains($"- {Apps} may speak for nothing any more", RoleChange.Describe(RepositoryContent.Read(_repository.Layout).Published(RoleNames.Targets), RepositoryContent.Read(_repository.Layout).Staged[RoleNames.Targets]));
        using (var open = _repository.Open())
        {
            Assert.Equal(RepositoryFailure.AlreadyThere, Assert.Throws<RepositoryException>(() => open.RemoveDelegation(Apps)).Failure);
            foreach (var change in (Action[])[() => open.Renew(Apps), () => open.RemoveTarget(Apps, Target), () => open.AddDelegation(Delegation(_appsKeys))])
            {
                Assert.Contains("removal is staged", Assert.Throws<RepositoryException>(change).Message, StringComparison.Ordinal);
            }
        }

        Assert.Empty((await _repository.ChangeAsync(_ => { }, _repository.Targets[1])).Waiting);
        await Assert.ThrowsAsync<TargetException>(() => _repository.NewDevice("two").DownloadAsync(Target));
    }

    [Fact]
    public async Task A_removal_that_is_given_up_leaves_everything_as_it_was()
    {
        await StartAsync();
        await _repository.ChangeAsync(r => r.RemoveDelegation(Apps));
        await _repository.ChangeAsync(r => r.Drop(RoleNames.Targets));

        await _repository.ChangeAsync(r => r.AddTarget(Apps, Target, _repository.Content("y"), custom: null, expectedSha256: null), [.. _appsKeys]);
        Assert.Equal("y", await _repository.NewDevice().DownloadAsync(Target));
        Assert.Empty(RepositoryContent.Read(_repository.Layout).Leaving);
    }

    [Fact]
    public async Task An_online_role_is_refreshed_until_it_is_gone_and_forgotten_then()
    {
        await StartAsync();
        await _repository.ChangeAsync(r => r.RemoveDelegation("rollout"), _repository.Targets[0]);
        await _repository.RefreshAsync(all: true);
        Assert.Equal(2, RepositoryContent.Read(_repository.Layout).VersionOf("rollout"));

        await _repository.ChangeAsync(_ => { }, _repository.Targets[1]);

        Assert.Empty(RepositoryContent.Read(_repository.Layout).Settings.OnlineRoles);
        await _repository.RefreshAsync(all: true);
        Assert.Equal(2, RepositoryContent.Read(_repository.Layout).VersionOf("rollout"));
        var people = WrittenRepository.Keys(1);
        await _repository.ChangeAsync(r => r.AddDelegation(new NewDelegation("rollout", WrittenRepository.Role(people, 1), ["rollout/*"])), [.. _repository.Targets, .. people]);
        using var open = _repository.Open();
        Assert.False(open.IsOnline("rollout"));
        Assert.Equal(3, open.Content.VersionOf("rollout"));
    }

    [Fact]
    public async Task What_cannot_be_removed_is_refused_with_what_can()
    {
        await StartAsync();
        using var open = _repository.Open();
        Assert.Contains($"delegates to: {WrittenRepository.Team}, rollout, {Apps}", Assert.Throws<RepositoryException>(() => open.RemoveDelegation("teams/nobody")).Message, StringComparison.Ordinal);
        Assert.Equal(RepositoryFailure.Refused, Assert.Throws<RepositoryException>(() => open.RemoveDelegation(RoleNames.Targets)).Failure);
        open.AddDelegation(new NewDelegation("teams/new", WrittenRepository.Role(_appsKeys, 1), ["new/*"]));
        Assert.Contains("repo drop targets", Assert.Throws<RepositoryException>(() => open.RemoveDelegation("teams/new")).Message, StringComparison.Ordinal);
        Assert.Contains(Apps, open.Content.Roles.Keys);
    }

    private NewDelegation Delegation(IReadOnlyList<KeyPair> keys) => new(Apps, WrittenRepository.Role(keys, 1), ["apps/*"]);

    private async Task StartAsync()
    {
        await _repository.InitAsync();
        await _repository.AddModelAsync("a/1.ermodel", "a");
        await _repository.ChangeAsync(r => r.AddDelegation(Delegation(_appsKeys)), [.. _repository.Targets, .. _appsKeys]);
        await _repository.ChangeAsync(r => r.AddTarget(Apps, Target, _repository.Content("x"), custom: null, expectedSha256: null), [.. _appsKeys]);
    }
}
