using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

public sealed class RootTests : IDisposable
{
    private readonly RepositorySimulator _repository = new();
    private readonly SimulatedDevice _device;

    public RootTests() => _device = new SimulatedDevice(_repository);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task Every_root_on_the_way_is_taken_and_only_the_last_must_be_fresh()
    {
        _repository.Root.Expires = RepositorySimulator.Start.AddDays(-1);
        _repository.PublishRoot();
        _repository.PublishRoot();
        _repository.Root.Expires = RepositorySimulator.Start.AddDays(30);
        _repository.PublishRoot();

        await _device.RefreshAsync();

        Assert.Equal(["2.root.json", "3.root.json", "4.root.json", "5.root.json"], _repository.Requests[..4]);
        Assert.Equal(4, _device.Stored(RoleNames.Root));
    }

    [Fact]
    public async Task An_expired_newest_root_is_stored_and_stops_everything_after_it()
    {
        _repository.Root.Expires = RepositorySimulator.Start;
        _repository.PublishRoot();

        await _device.RefusesAsync(TrustFailure.Expired, RoleNames.Root);

        Assert.Equal(2, _device.Stored(RoleNames.Root));
        Assert.DoesNotContain("timestamp.json", _repository.Requests);
    }

    [Theory]
    [InlineData(true, true, null)]
    [InlineData(true, false, "root v2")]
    [InlineData(false, true, "root v1")]
    public async Task A_new_root_needs_the_threshold_of_the_old_keys_and_of_the_new_keys(bool byOld, bool byNew, string? missing)
    {
        var old = _repository.Root.Keys.ToArray();
        _repository.Root.RotateKeys();
        _repository.Root.Signers = [.. byOld ? old : [], .. byNew ? _repository.Root.Keys : []];
        _repository.PublishRoot();

        if (missing is null)
        {
            await _device.RefreshAsync();
        }
        else
        {
            Assert.Contains(missing, (await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Root)).Message, StringComparison.Ordinal);
        }
        Assert.Equal(missing is null ? 2 : 1, _device.Stored(RoleNames.Root));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_new_root_must_have_exactly_the_next_version(long version)
    {
        _repository.Root.Version = version - 1;
        _repository.PublishRoot();
        _repository.Files["2.root.json"] = _repository.Files[$"{version}.root.json"];

        await _device.RefusesAsync(TrustFailure.VersionMismatch, RoleNames.Root);

        Assert.Equal(1, _device.Stored(RoleNames.Root));
    }

    [Fact]
    public async Task Only_not_found_ends_the_search_for_newer_roots()
    {
        _repository.Intercept = (name, _, _) => name == "2.root.json" ? throw new RepositoryUnavailableException("no route") : null;

        Assert.Equal(TrustFailure.Unavailable, (await Assert.ThrowsAsync<RepositoryUnavailableException>(_device.RefreshAsync)).Failure);

        Assert.Equal(["2.root.json"], _repository.Requests);
    }

    [Fact]
    public async Task Roots_before_a_bad_one_are_kept()
    {
        _repository.PublishRoot();
        _repository.PublishRoot();
        _repository.Files["3.root.json"] = "{}"u8.ToArray();

        await _device.RefusesAsync(TrustFailure.Malformed, RoleNames.Root);

        Assert.Equal(2, _device.Stored(RoleNames.Root));
    }

    [Fact]
    public async Task More_roots_than_the_bound_take_more_than_one_refresh()
    {
        _device.Options = new TufClientOptions { MaxRootRotations = 3 };
        for (var i = 0; i < 5; i++)
        {
            _repository.PublishRoot();
        }

        await _device.RefusesAsync(TrustFailure.TooManyRoots, RoleNames.Root);
        Assert.Equal(4, _device.Stored(RoleNames.Root));
        await _device.RefreshAsync();

        Assert.Equal(6, _device.Stored(RoleNames.Root));
    }

    [Theory]
    [InlineData(RoleNames.Timestamp)]
    [InlineData(RoleNames.Snapshot)]
    public async Task New_keys_for_timestamp_or_snapshot_undo_a_fast_forward_attack(string stolen)
    {
        _repository.Snapshot.Version = stolen == RoleNames.Snapshot ? 1_000_000 : 1;
        _repository.Timestamp.Version = 2_000_000;
        _repository.PublishSnapshot();
        _repository.PublishTimestamp();
        await _device.RefreshAsync();

        _repository.Timestamp.Version = 5;
        _repository.Snapshot.Version = 5;
        _repository.PublishSnapshot();
        _repository.PublishTimestamp();
        await _device.RefusesAsync(TrustFailure.Rollback, RoleNames.Timestamp);
        _repository.Roles[stolen].RotateKeys();
        _repository.PublishSnapshot();
        _repository.PublishTimestamp();
        _repository.PublishRoot();
        await _device.RefreshAsync();

        Assert.Equal((7, 7), (_device.Stored(RoleNames.Timestamp), _device.Stored(RoleNames.Snapshot)));
        Assert.False(File.Exists(Path.Combine(_device.Store.DirectoryPath, ".forget")));
    }

    [Fact]
    public async Task New_keys_for_root_or_targets_leave_the_rollback_memory_alone()
    {
        await _device.RefreshAsync();
        _repository.Targets.RotateKeys();
        _repository.PublishRoot();
        _repository.Files.Remove("timestamp.json");

        await _device.RefusesAsync(TrustFailure.NotFound, RoleNames.Timestamp);

        Assert.Equal((2, 1, 1), (_device.Stored(RoleNames.Root), _device.Stored(RoleNames.Timestamp), _device.Stored(RoleNames.Snapshot)));
    }

    [Fact]
    public async Task A_device_without_root_asks_nobody()
    {
        File.Delete(Path.Combine(_device.Store.DirectoryPath, "root.json"));

        await _device.RefusesAsync(TrustFailure.NoRoot, RoleNames.Root);

        Assert.Empty(_repository.Requests);
    }

    [Fact]
    public async Task A_stored_root_that_does_not_verify_by_itself_asks_nobody()
    {
        var file = Path.Combine(_device.Store.DirectoryPath, "root.json");
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("\"version\": 1", "\"version\": 3", StringComparison.Ordinal));

        await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Root);

        Assert.Empty(_repository.Requests);
    }

    [Fact]
    public void Provisioning_with_a_root_that_nobody_signed_changes_nothing()
    {
        var unsigned = Envelope.Build(RoleNames.Root, Envelope.Parse(RoleNames.Root, _repository.InitialRoot).Signed, []);

        Assert.Equal(TrustFailure.ThresholdNotMet, Assert.Throws<MetadataException>(() => _device.Store.Provision(unsigned.Raw)).Failure);

        Assert.Equal(1, _device.Stored(RoleNames.Root));
    }

    [Fact]
    public async Task A_key_under_an_id_that_is_not_its_digest_makes_the_file_invalid()
    {
        _repository.PublishRoot(root =>
        {
            var (keyId, key) = root.Find("keys")!.Members.First();
            return root.With("keys", root.Find("keys")!.With(keyId, key.With("x-note", JsonTree.Of("changed"))));
        });

        await _device.RefusesAsync(TrustFailure.KeyIdMismatch, RoleNames.Root);
    }

    [Fact]
    public async Task A_key_of_an_algorithm_that_nobody_knows_does_no_harm()
    {
        _repository.PublishRoot(root =>
        {
            var key = JsonParser.Parse("""{"keytype":"future","scheme":"future-1","keyval":{"public":"?"}}"""u8);
            var id = EdgeRunner.Trust.Keys.PublicKey.IdOf(key);
            var targets = root.Find("roles")!.Find("targets")!;
            var keyIds = JsonTree.Of([.. targets.Find("keyids")!.Items, JsonTree.Of(id)]);
            return root.With("keys", root.Find("keys")!.With(id, key))
                .With("roles", root.Find("roles")!.With("targets", targets.With("keyids", keyIds)));
        });

        await _device.RefreshAsync();

        Assert.Equal(2, _device.Stored(RoleNames.Root));
    }
}
