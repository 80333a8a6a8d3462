using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

public sealed class RefreshTests : IDisposable
{
    private readonly RepositorySimulator _repository = new();
    private readonly SimulatedDevice _device;

    public RefreshTests() => _device = new SimulatedDevice(_repository);

    public void Dispose() => _device.Dispose();

    [Fact]
    public async Task A_fresh_device_asks_for_each_role_once_and_stores_the_bytes_it_got()
    {
        _repository.Files["timestamp.json"] = [.. _repository.Files["timestamp.json"], .. " \n"u8];

        var result = await _device.RefreshAsync();

        Assert.Equal(["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"], _repository.Requests);
        Assert.Equal(_repository.Files["timestamp.json"], _device.Store.Read(RoleNames.Timestamp, 1 << 20));
        Assert.Equal(_repository.Files["1.targets.json"], _device.Store.Read(RoleNames.Targets, 1 << 20));
        Assert.Equal((1, 1, 1, 1), (result.Root.Header.Version, result.Timestamp.Header.Version, result.Snapshot.Header.Version, result.Targets.Header.Version));
        Assert.Equal(["root.json", "snapshot.json", "targets.json", "timestamp.json"],
            Directory.EnumerateFiles(_device.Store.DirectoryPath, "*.json").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unchanged_repository_is_asked_for_the_next_root_and_the_timestamp_only(bool withDigests)
    {
        _repository.WithDigests = withDigests;
        _repository.PublishAll();
        await _device.RefreshAsync();
        _repository.Requests.Clear();

        await _device.RefreshAsync();

        Assert.Equal(["3.root.json", "timestamp.json"], _repository.Requests);
    }

    [Fact]
    public async Task Without_consistent_snapshots_the_names_have_no_version()
    {
        _repository.ConsistentSnapshot = false;
        _repository.PublishAll();

        await _device.RefreshAsync();

        Assert.Equal(["2.root.json", "3.root.json", "timestamp.json", "snapshot.json", "targets.json"], _repository.Requests);
    }

    [Fact]
    public async Task Fields_that_nobody_knows_are_signed_too_and_do_no_harm()
    {
        _repository.PublishRoot(root => root.With("x-new", JsonTree.OfTexts(["é\U0001F600", "\"\\\n"])));
        _repository.PublishTimestamp(timestamp => timestamp.With("x-new", JsonTree.Of(7)));

        await _device.RefreshAsync();

        Assert.Equal((2, 2), (_device.Stored(RoleNames.Root), _device.Stored(RoleNames.Timestamp)));
    }

    [Fact]
    public async Task A_changed_field_that_nobody_knows_breaks_the_signature()
    {
        _repository.PublishTimestamp(timestamp => timestamp.With("x-new", JsonTree.Of(7)));
        var text = System.Text.Encoding.UTF8.GetString(_repository.Files["timestamp.json"]);
        _repository.Files["timestamp.json"] = System.Text.Encoding.UTF8.GetBytes(text.Replace("\"x-new\": 7", "\"x-new\": 8", StringComparison.Ordinal));

        await _device.RefusesAsync(TrustFailure.ThresholdNotMet, RoleNames.Timestamp);
    }

    [Fact]
    public async Task An_error_is_one_line_that_says_role_version_check_expectation_finding_and_what_to_do()
    {
        await _device.RefreshAsync();
        _repository.Timestamp.Expires = RepositorySimulator.Start.AddHours(-1);
        _repository.PublishTimestamp();

        var error = await _device.RefusesAsync(TrustFailure.Expired, RoleNames.Timestamp);

        Assert.Equal("timestamp v2 refused (Expired): expected an expiry date after 2026-01-01T00:00:00Z, found 2025-12-31T23:00:00Z. " +
            "Sign it anew (`edgefleet repo status` lists what expires when), and check the clock of this machine", error.Message);
    }

    [Fact]
    public async Task After_a_failure_what_was_verified_before_it_is_stored_and_a_retry_goes_on()
    {
        _repository.PublishAll();
        var targets = _repository.Files["2.targets.json"];
        _repository.Files["2.targets.json"] = _repository.Files["1.targets.json"];
        await _device.RefusesAsync(TrustFailure.VersionMismatch, RoleNames.Targets);
        Assert.Equal((2L, 2L, 2L, (long?)null), (_device.Stored(RoleNames.Root)!.Value, _device.Stored(RoleNames.Timestamp)!.Value, _device.Stored(RoleNames.Snapshot)!.Value,
            _device.Stored(RoleNames.Targets)));

        _repository.Files["2.targets.json"] = targets;
        await _device.RefreshAsync();

        Assert.Equal(2, _device.Stored(RoleNames.Targets));
    }

    [Theory]
    [InlineData(RoleNames.Timestamp)]
    [InlineData(RoleNames.Snapshot)]
    [InlineData(RoleNames.Targets)]
    public async Task A_damaged_stored_file_is_noted_and_fetched_again(string role)
    {
        await _device.RefreshAsync();
        var file = Path.Combine(_device.Store.DirectoryPath, RoleNames.FileName(role));
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 0x10;
        await File.WriteAllBytesAsync(file, bytes);

        var result = await _device.RefreshAsync();

        Assert.Contains($"the stored {role}.json", Assert.Single(result.Notes), StringComparison.Ordinal);
        Assert.NotEqual(bytes, await File.ReadAllBytesAsync(file));
    }

    [Theory]
    [InlineData("timestamp.json")]
    [InlineData("1.snapshot.json")]
    [InlineData("1.targets.json")]
    public async Task A_missing_file_is_an_error(string name)
    {
        _repository.Files.Remove(name);

        await _device.RefusesAsync(TrustFailure.NotFound, name.Replace("1.", "", StringComparison.Ordinal).Replace(".json", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refresh_that_is_cancelled_is_cancelled_and_not_a_failure_of_the_repository()
    {
        using var cancel = new CancellationTokenSource();
        _repository.Intercept = (_, _, token) =>
        {
            cancel.Cancel();
            return new(Task.FromCanceled<EdgeRunner.Trust.Client.FetchResult>(token));
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _device.NewClient().RefreshAsync(cancel.Token));
    }
}
