using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>Timestamp, snapshot and targets, one check at a time.</summary>
public sealed class OnlineRoleTests : IDisposable
{
    private readonly RepositorySimulator _repository = new();
    private readonly SimulatedDevice _device;

    public OnlineRoleTests() => _device = new SimulatedDevice(_repository);

    public static TheoryData<string> Roles => [RoleNames.Timestamp, RoleNames.Snapshot, RoleNames.Targets];

    public void Dispose() => _device.Dispose();

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_role_signed_by_other_keys_is_refused(string role)
    {
        _repository.Roles[role].Signers = [TestKeys.Next()];
        Publish(role);

        await _device.RefusesAsync(TrustFailure.ThresholdNotMet, role);

        Assert.Null(_device.Stored(role));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_role_below_its_threshold_is_refused_and_at_it_accepted(string role)
    {
        var simulated = _repository.Roles[role];
        simulated.Keys.AddRange([TestKeys.Next(), TestKeys.Next()]);
        simulated.Threshold = 2;
        simulated.Signers = [simulated.Keys[0]];
        _repository.PublishRoot();
        Publish(role);
        await _device.RefusesAsync(TrustFailure.ThresholdNotMet, role);

        simulated.Signers = simulated.Keys[1..];
        Publish(role);
        await _device.RefreshAsync();

        Assert.Equal(simulated.Version, _device.Stored(role));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_file_of_another_type_is_refused_before_its_signatures_are_looked_at(string role)
    {
        Publish(role, signed => signed.With("_type", JsonTree.Of("mirrors")));

        await _device.RefusesAsync(TrustFailure.WrongType, role);
    }

    [Theory]
    [InlineData("2.0.0")]
    [InlineData("0.9")]
    [InlineData("1.0.0.0")]
    [InlineData("1.x")]
    [InlineData("1.")]
    [InlineData("")]
    [InlineData("10.0")]
    public async Task Another_major_version_of_the_specification_is_refused(string version)
    {
        Publish(RoleNames.Snapshot, signed => signed.With("spec_version", JsonTree.Of(version)));

        await _device.RefusesAsync(TrustFailure.UnsupportedSpecVersion, RoleNames.Snapshot);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1.0")]
    [InlineData("1.99.1")]
    public async Task Every_version_1_of_the_specification_is_accepted(string version)
    {
        Publish(RoleNames.Snapshot, signed => signed.With("spec_version", JsonTree.Of(version)));

        await _device.RefreshAsync();
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task An_expired_role_is_refused_and_not_stored(string role)
    {
        await _device.RefreshAsync();
        _repository.Roles[role].Expires = _device.Time.GetUtcNow();
        Publish(role);

        await _device.RefusesAsync(TrustFailure.Expired, role);

        Assert.Equal(1, _device.Stored(role));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_stored_role_that_has_expired_since_is_refused(string role)
    {
        _repository.Roles[role].Expires = RepositorySimulator.Start.AddDays(1);
        Publish(role);
        await _device.RefreshAsync();
        _device.Time.Advance(TimeSpan.FromDays(1));

        await _device.RefusesAsync(TrustFailure.Expired, role);
    }

    [Fact]
    public async Task A_lower_timestamp_is_a_rollback()
    {
        var old = _repository.Files["timestamp.json"];
        _repository.PublishTimestamp();
        await _device.RefreshAsync();
        _repository.Files["timestamp.json"] = old;

        await _device.RefusesAsync(TrustFailure.Rollback, RoleNames.Timestamp);

        Assert.Equal(2, _device.Stored(RoleNames.Timestamp));
    }

    [Fact]
    public async Task An_expired_stored_timestamp_is_rollback_memory_all_the_same()
    {
        var old = _repository.Files["timestamp.json"];
        _repository.Timestamp.Expires = RepositorySimulator.Start.AddDays(1);
        _repository.PublishTimestamp();
        await _device.RefreshAsync();
        _device.Time.Advance(TimeSpan.FromDays(2));
        _repository.Files["timestamp.json"] = old;

        await _device.RefusesAsync(TrustFailure.Rollback, RoleNames.Timestamp);
    }

    [Fact]
    public async Task Other_content_under_the_same_timestamp_version_is_not_looked_at()
    {
        await _device.RefreshAsync();
        var bytes = _device.Store.Read(RoleNames.Timestamp, 1 << 20);
        _repository.Timestamp.Version = 0;
        _repository.PublishTimestamp(snapshot: new MetaFile(100));

        await _device.RefreshAsync();

        Assert.Equal(bytes, _device.Store.Read(RoleNames.Timestamp, 1 << 20));
    }

    [Fact]
    public async Task A_newer_timestamp_with_a_lower_snapshot_is_a_rollback()
    {
        _repository.PublishSnapshot();
        _repository.PublishTimestamp();
        await _device.RefreshAsync();
        _repository.PublishTimestamp(snapshot: new MetaFile(1));

        Assert.Contains("snapshot version 2", (await _device.RefusesAsync(TrustFailure.Rollback, RoleNames.Timestamp)).Expected, StringComparison.Ordinal);
        Assert.Equal(2, _device.Stored(RoleNames.Timestamp));
    }

    [Fact]
    public async Task A_timestamp_that_describes_more_than_the_snapshot_is_refused()
    {
        _repository.PublishTimestamp(t => t.With("meta", t.Find("meta")!.With("targets.json", t.Find("meta")!.Find("snapshot.json"))));

        await _device.RefusesAsync(TrustFailure.Malformed, RoleNames.Timestamp);
    }

    [Fact]
    public async Task A_snapshot_that_drops_a_role_is_refused()
    {
        _repository.Delegate(RoleNames.Targets, new SimulatedDelegation("models/vision"));
        _repository.PublishAll();
        await _device.RefreshAsync();
        _repository.PublishSnapshot(editMeta: meta => meta.Remove("models/vision.json"));
        _repository.PublishTimestamp();

        Assert.Contains("models/vision.json", (await _device.RefusesAsync(TrustFailure.RoleRemoved, RoleNames.Snapshot)).Message, StringComparison.Ordinal);
        Assert.Equal((2, 3), (_device.Stored(RoleNames.Snapshot), _device.Stored(RoleNames.Timestamp)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_that_lowers_a_role_is_refused_although_the_stored_one_is_not_the_one_listed(bool withDigests)
    {
        _repository.WithDigests = withDigests;
        _repository.PublishAll();
        await _device.RefreshAsync();
        _repository.Targets.Version = 0;
        _repository.PublishDownFrom(RoleNames.Targets);

        await _device.RefusesAsync(TrustFailure.Rollback, RoleNames.Snapshot);

        Assert.Equal(2, _device.Stored(RoleNames.Snapshot));
    }

    [Fact]
    public async Task A_stored_snapshot_is_rollback_memory_even_when_it_expired()
    {
        _repository.PublishTargets();
        _repository.Snapshot.Expires = RepositorySimulator.Start.AddDays(1);
        _repository.PublishSnapshot();
        _repository.PublishTimestamp();
        await _device.RefreshAsync();
        _device.Time.Advance(TimeSpan.FromDays(2));
        _repository.Snapshot.Expires = RepositorySimulator.Start.AddDays(30);
        _repository.Targets.Version = 0;
        _repository.PublishDownFrom(RoleNames.Targets);

        await _device.RefusesAsync(TrustFailure.Rollback, RoleNames.Snapshot);
    }

    [Theory]
    [InlineData(RoleNames.Snapshot)]
    [InlineData(RoleNames.Targets)]
    public async Task A_file_that_is_not_the_one_listed_is_refused_by_its_digest_before_it_is_parsed(string role)
    {
        _repository.WithDigests = true;
        _repository.PublishAll();
        var name = $"2.{role}.json";
        var bytes = (byte[])_repository.Files[name].Clone();
        bytes[0] = (byte)'!';
        _repository.Files[name] = bytes;

        await _device.RefusesAsync(TrustFailure.HashMismatch, role);
    }

    [Theory]
    [InlineData(RoleNames.Snapshot, -1, TrustFailure.LengthMismatch)]
    [InlineData(RoleNames.Snapshot, +1, TrustFailure.TooLong)]
    [InlineData(RoleNames.Targets, -1, TrustFailure.LengthMismatch)]
    [InlineData(RoleNames.Targets, +1, TrustFailure.TooLong)]
    public async Task A_file_of_another_length_than_listed_is_refused(string role, int change, TrustFailure failure)
    {
        _repository.WithDigests = true;
        _repository.PublishAll();
        var name = $"2.{role}.json";
        _repository.Files[name] = change < 0 ? _repository.Files[name][..^1] : [.. _repository.Files[name], (byte)'\n'];

        await _device.RefusesAsync(failure, role);
    }

    [Fact]
    public async Task A_digest_by_an_algorithm_that_nobody_knows_is_no_digest()
    {
        var unknown = JsonParser.Parse("""{"version":2,"hashes":{"md5":"d41d8cd98f00b204e9800998ecf8427e"}}"""u8);
        _repository.PublishSnapshot();
        _repository.PublishTimestamp(t => t.With("meta", t.Find("meta")!.With("snapshot.json", unknown)));

        await _device.RefusesAsync(TrustFailure.HashMismatch, RoleNames.Snapshot);
    }

    [Theory]
    [InlineData(RoleNames.Snapshot)]
    [InlineData(RoleNames.Targets)]
    public async Task A_file_of_another_version_than_listed_is_refused(string role)
    {
        Publish(role);
        var listed = _repository.Files[$"2.{role}.json"];
        _repository.Roles[role].Version = 6;
        Publish(role);
        _repository.Files[$"7.{role}.json"] = listed;

        await _device.RefusesAsync(TrustFailure.VersionMismatch, role);
    }

    [Fact]
    public async Task A_snapshot_without_the_targets_role_is_refused()
    {
        _repository.PublishSnapshot(editMeta: meta => meta.Remove("targets.json"));
        _repository.PublishTimestamp();

        await _device.RefusesAsync(TrustFailure.NotInSnapshot, RoleNames.Targets);
    }

    private void Publish(string role, Func<JsonTree, JsonTree>? edit = null)
    {
        if (role == RoleNames.Targets)
        {
            _repository.PublishTargets(edit: edit);
        }
        if (role != RoleNames.Timestamp)
        {
            _repository.PublishSnapshot(role == RoleNames.Snapshot ? edit : null);
        }
        _repository.PublishTimestamp(role == RoleNames.Timestamp ? edit : null);
    }
}
