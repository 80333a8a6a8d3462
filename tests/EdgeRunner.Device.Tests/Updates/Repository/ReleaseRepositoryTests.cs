using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Tests.Health;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Repository;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Device.Tests.Updates.Repository;

public sealed class ReleaseRepositoryTests : IAsyncLifetime, IDisposable
{
    private const string Group = "line-1";

    private readonly TempDirectory _state = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CollectedLog<ReleaseRepository> _log = new();
    private readonly byte[] _bundle = RandomNumberGenerator.GetBytes(200_000);
    private SignedRepository _repository = null!;
    private UpdateOptions _options = null!;
    private bool _isSynchronised = true;

    public async Task InitializeAsync()
    {
        _repository = await SignedRepository.CreateAsync(_time);
        _options = new UpdateOptions { Group = Group, RootFile = _repository.RootFile, Sources = [_repository.Path] };
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _repository.Dispose();
        _state.Dispose();
    }

    [Fact]
    public async Task New_device_finds_desired_state_release_and_index()
    {
        await _repository.AddReleaseAsync("vision", "1.2.0", 7, _bundle, custom: c => c.With("min_release", JsonTree.Of(3)).With("needs", Needs(("memory_bytes", JsonTree.Of(1 << 20)), ("opset", JsonTree.Of(17)),
            ("providers", JsonTree.OfTexts(["cuda", "cpu"])))));
        await _repository.SetDesiredAsync(SignedRepository.Desired(Group, "vision", "1.2.0", 7));
        var device = NewDevice();

        var desired = await device.RefreshAsync(CancellationToken.None);
        var release = await device.FindAsync("vision", "1.2.0", CancellationToken.None);

        Assert.Equal(("1.2.0", 7L), (desired!.Models["vision"].Version, desired.Models["vision"].Release));
        Assert.Equal(("vision", "1.2.0", 7L, 3L), (release.Model, release.Version, release.Number, release.MinRelease!.Value));
        Assert.Null(release.Keys);
        Assert.Equal((200_000, 1 << 20, 17), (release.Needs.UnpackedBytes, release.Needs.MemoryBytes, release.Needs.Opset));
        Assert.Equal(["cuda", "cpu"], release.Needs.Providers);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(_bundle)), release.Chunks.Index.Sha256);
        await using var road = new DirectoryTransport(_repository.Path);
        var sink = new Transports.CollectingSink(release.Chunks.Index);
        await road.FetchChunksAsync(release.Chunks, sink, CancellationToken.None);
        Assert.Equal(_bundle, sink.Content);
        Assert.Equal($"targets/{release.Chunks.IndexName}", Path.GetRelativePath(_repository.Path, _repository.TargetFile("models/vision/1.2.0.chunks")));
        Assert.Contains(release.Chunks.IndexSha256, release.Chunks.IndexName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encrypted_release_comes_with_its_keys_and_is_refused_without()
    {
        await _repository.AddReleaseAsync("vision", "1.0.0", 1, _bundle, keys: "envelope"u8.ToArray());
        await _repository.AddReleaseAsync("vision", "1.1.0", 2, _bundle, custom: c => c.With("encrypted", JsonTree.Of(1)));
        var device = await RefreshedAsync();

        var release = await device.FindAsync("vision", "1.0.0", CancellationToken.None);
        Assert.Equal("models/vision/1.0.0.keys", release.Keys!.TargetPath);
        Assert.Equal("envelope", Encoding.UTF8.GetString((await device.FetchAsync(release.Keys, 1024, CancellationToken.None)).Span));

        await FindFailsAsync(device, "vision", "1.1.0", UpdateReasons.NotListed, "models/vision/1.1.0.keys");
    }

    [Fact]
    public async Task Group_without_a_desired_state_has_none()
    {
        Assert.Null(await NewDevice().RefreshAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"format":2,"group":"line-1","models":{}}""", "format is 2")]
    [InlineData("""{"format":1,"group":"line-2","models":{}}""", "line-2")]
    [InlineData("""{"format":1,"group":"line-1","models":{"../x":{"version":"1.0.0","release":1,"seed":"","percentHundredths":1}}}""", "../x")]
    [InlineData("""{"format":1,"group":"line-1","models":{"a":{"version":"../1","release":1,"seed":"","percentHundredths":1}}}""", "../1")]
    [InlineData("""{"format":1,"group":"line-1","models":{"a":{"version":"1.0.0","release":0,"seed":"","percentHundredths":1}}}""", "release is 0")]
    [InlineData("""{"format":1,"group":"line-1","models":{"a":{"version":"1.0.0","release":1,"seed":"","percentHundredths":10001}}}""", "percentHundredths is 10001")]
    [InlineData("""{"format":1,"group":"line-1","models":{"a":{"version":"1.0.0","release":1,"seed":"","percentHundredths":1,"notBefore":"soon"}}}""", "notBefore")]
    [InlineData("""{"format":1,"group":"line-1","models":{"a":{"version":"1.0.0","release":1,"seed":"","percentHundredths":1,"stable":{"version":"one","release":1}}}}""", "\"one\"")]
    [InlineData("""{"format":1,"group":"line-1","models":{"a":null}}""", "models.a")]
    [InlineData("not json", "JSON")]
    public async Task Desired_state_that_cannot_be_followed_is_refused_with_its_value(string document, string expected)
    {
        await _repository.SetDesiredAsync(Group, Encoding.UTF8.GetBytes(document));

        var error = await RefreshFailsAsync(NewDevice(), UpdateReasons.BadDesiredState);

        Assert.Contains("rollout/line-1.json, signed by rollout,", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", "\"other\"")]
    [InlineData("version", "\"9.9.9\"")]
    [InlineData("release", "0")]
    [InlineData("release", "\"7\"")]
    [InlineData("release", null)]
    [InlineData("min_release", "-1")]
    [InlineData("encrypted", "2")]
    [InlineData("needs", "[]")]
    [InlineData("needs", """{"providers":["cpu",1]}""")]
    [InlineData("needs", """{"memory_bytes":-1}""")]
    [InlineData("unpacked_bytes", "true")]
    public async Task Signed_fields_that_cannot_be_are_refused_with_role_target_and_value(string field, string? value)
    {
        await _repository.AddReleaseAsync("vision", "1.0.0", 1, _bundle, custom: c => c.With(field, value is null ? null : Tree(value)));
        var device = await RefreshedAsync();

        var error = await FindFailsAsync(device, "vision", "1.0.0", UpdateReasons.Untrusted, "models/vision/1.0.0.ermodel, signed by models/main,");

        Assert.Contains($"custom.{field}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Target_without_custom_is_refused()
    {
        await _repository.ChangeAsync(r => r.AddTarget(role: null, "models/vision/1.0.0.ermodel", _repository.RootFile, custom: null, expectedSha256: null));

        await FindFailsAsync(await RefreshedAsync(), "vision", "1.0.0", UpdateReasons.Untrusted, "has custom nothing");
    }

    [Fact]
    public async Task Index_of_another_file_another_content_or_no_index_is_refused()
    {
        var path = "models/vision/1.0.0.ermodel";
        await _repository.AddReleaseAsync("vision", "1.0.0", 1, _bundle, index: SignedRepository.IndexOf("models/vision/1.0.1.ermodel", _bundle).ToBytes());
        await FindFailsAsync(await RefreshedAsync(), "vision", "1.0.0", UpdateReasons.Untrusted, "is the index of models/vision/1.0.1.ermodel");

        await _repository.AddReleaseAsync("vision", "1.0.0", 1, _bundle, index: SignedRepository.IndexOf(path, _bundle.AsSpan(1)).ToBytes());
        await FindFailsAsync(await RefreshedAsync(), "vision", "1.0.0", UpdateReasons.Untrusted, "speaks of 199999 bytes");

        await _repository.AddReleaseAsync("vision", "1.0.0", 1, _bundle, index: SignedRepository.IndexOf(path, new byte[_bundle.Length]).ToBytes());
        await FindFailsAsync(await RefreshedAsync(), "vision", "1.0.0", UpdateReasons.Untrusted, "speaks of SHA-256");

        await _repository.AddReleaseAsync("vision", "1.0.0", 1, _bundle, index: [1, 2, 3]);
        await FindFailsAsync(await RefreshedAsync(), "vision", "1.0.0", UpdateReasons.Untrusted, "is no chunk index");

        await _repository.ChangeAsync(r => r.RemoveTarget(SignedRepository.Team, "models/vision/1.0.0.chunks"));
        await FindFailsAsync(await RefreshedAsync(), "vision", "1.0.0", UpdateReasons.NotListed, "but not models/vision/1.0.0.chunks");
    }

    [Fact]
    public async Task Index_that_another_role_lists_does_not_count()
    {
        using var key = KeyPair.Generate(CryptoKeyKind.Ed25519);
        using var repository = await SignedRepository.CreateAsync(_time, at: null, (new NewDelegation("models/indices", SignedRepository.Role(key), ["models/*/*.chunks"]), key));
        await repository.AddReleaseAsync("vision", "1.0.0", 1, _bundle);
        _options = _options with { RootFile = repository.RootFile };

        var error = await FindFailsAsync(await RefreshedAsync(repository.Path), "vision", "1.0.0", UpdateReasons.NotListed, "models/vision/1.0.0.chunks is listed by models/indices");
        Assert.Contains("by models/main", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_not_the_signed_ones_are_refused_and_right_ones_are_taken_afterwards()
    {
        await _repository.AddReleaseAsync("vision", "1.0.0", 1, _bundle);
        var index = _repository.TargetFile("models/vision/1.0.0.chunks");
        var right = File.ReadAllBytes(index);
        File.WriteAllBytes(index, [.. right[..^1], (byte)~right[^1]]);
        var device = await RefreshedAsync();

        await FindFailsAsync(device, "vision", "1.0.0", UpdateReasons.Untrusted, "HashMismatch");
        File.WriteAllBytes(index, right[..^1]);
        await FindFailsAsync(device, "vision", "1.0.0", UpdateReasons.Untrusted, "LengthMismatch");
        File.Delete(index);
        await FindFailsAsync(device, "vision", "1.0.0", UpdateReasons.Untrusted, "NotFound");
        File.WriteAllBytes(index, right);
        Assert.Equal(1, (await device.FindAsync("vision", "1.0.0", CancellationToken.None)).Number);
    }

    [Fact]
    public async Task Release_that_nobody_lists_is_not_listed_and_names_that_are_none_are_refused()
    {
        var device = await RefreshedAsync();

        await FindFailsAsync(device, "vision", "1.0.0", UpdateReasons.NotListed, "models/vision/1.0.0.ermodel");
        await FindFailsAsync(device, "../vision", "1.0.0", UpdateReasons.BadDesiredState, "../vision");
        await FindFailsAsync(device, "vision", "1", UpdateReasons.BadDesiredState, "\"1\" is not a version of vision");
    }

    [Fact]
    public async Task Device_without_a_root_says_what_to_set_and_takes_it_when_it_is_there()
    {
        _options.RootFile = null;
        Assert.Contains("set updates.rootFile", (await RefreshFailsAsync(NewDevice(), UpdateReasons.NoRoot)).Message, StringComparison.Ordinal);

        _options.RootFile = _state.File("nothing.json");
        var missing = (await RefreshFailsAsync(NewDevice(), UpdateReasons.NoRoot)).Message;
        Assert.StartsWith($"updates.rootFile {_options.RootFile} is missing", missing, StringComparison.Ordinal);
        Assert.Contains("copy metadata/1.root.json of the fleet's repository there", missing, StringComparison.Ordinal);

        File.WriteAllText(_options.RootFile, "{}");
        Assert.Contains("cannot be used", (await RefreshFailsAsync(NewDevice(), UpdateReasons.Untrusted)).Message, StringComparison.Ordinal);

        var device = NewDevice();
        File.Copy(_repository.RootFile, _options.RootFile, overwrite: true);
        await device.RefreshAsync(CancellationToken.None);
        File.Delete(_options.RootFile);
        await NewDevice().RefreshAsync(CancellationToken.None); // was needed only once
    }

    [Fact]
    public async Task Root_file_of_another_fleet_stops_updates_and_says_what_to_do()
    {
        await RefreshedAsync();
        using var other = await SignedRepository.CreateAsync(_time);
        _options.RootFile = other.RootFile;

        var error = await RefreshFailsAsync(NewDevice(), UpdateReasons.Untrusted);

        Assert.Contains($"delete {_state.File("updates/tuf")}", error.Message, StringComparison.Ordinal);
        Assert.Contains("Besides, updates.rootFile", (await RefreshFailsAsync(NewDevice(other.Path), UpdateReasons.Untrusted)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Root_file_may_be_any_root_on_the_way_to_the_present_one()
    {
        await RefreshedAsync();
        for (var i = 0; i < 2; i++) await _repository.ChangeAsync(r => r.Renew("root"));
        Assert.True(File.Exists(_repository.Layout.RoleFile("root", 3)));

        foreach (var version in new[] { 2, 1, 3 })
        {
            _options.RootFile = _repository.Layout.RoleFile("root", version);
            await NewDevice().RefreshAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Damaged_stored_root_is_taken_from_the_file_again_without_forgetting_what_was_seen()
    {
        await RefreshedAsync();
        var timestamp = File.ReadAllBytes(_repository.Layout.RoleFile("timestamp", 1));
        await _repository.RefreshAsync(all: true);
        await RefreshedAsync();
        File.WriteAllText(_state.File("updates/tuf/root.json"), "{\"signatures\":");

        await RefreshedAsync();

        Assert.Contains(_log.Lines, line => line.Contains("stored root is damaged", StringComparison.Ordinal));
        File.WriteAllText(_state.File("updates/tuf/root.json"), "");
        File.WriteAllBytes(_repository.Layout.RoleFile("timestamp", 1), timestamp);
        Assert.Contains("Rollback", (await RefreshFailsAsync(NewDevice(), UpdateReasons.Untrusted)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_stored_root_without_a_file_to_put_it_back_from_names_both_files_and_blames_no_road()
    {
        await RefreshedAsync();
        File.WriteAllText(_state.File("updates/tuf/root.json"), "\0\0\0");
        _options.RootFile = _state.File("gone.json");

        var error = await RefreshFailsAsync(NewDevice(), UpdateReasons.NoRoot);

        Assert.Contains($"the root that this device trusts, in {_state.File("updates/tuf")}, is damaged", error.Message, StringComparison.Ordinal);
        Assert.Contains($"updates.rootFile {_options.RootFile} is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("copy metadata/1.root.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stick_that_is_not_whole_is_to_be_copied_again()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(_repository.Path, "metadata"), "*snapshot.json")) File.Delete(file);

        var error = await RefreshFailsAsync(NewDevice(), UpdateReasons.Untrusted);

        Assert.EndsWith($"It came from {_repository.Path}, which is no whole copy of the repository: make a new one", error.Message, StringComparison.Ordinal);
        Assert.Contains("https://releases.example/fleet (not found, 404)", ReleaseRepository.RoadHint(TrustFailure.NotFound, "https://releases.example/fleet"), StringComparison.Ordinal);
        Assert.Contains("make a new copy", ReleaseRepository.RoadHint(TrustFailure.Expired, "/media/stick"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clock_that_nobody_has_set_is_not_trusted_unless_it_is_vouched_for()
    {
        _isSynchronised = false;
        Assert.Contains("updates.trustSystemClock", (await RefreshFailsAsync(NewDevice(), UpdateReasons.Untrusted)).Message, StringComparison.Ordinal);

        _options.TrustSystemClock = true;
        await NewDevice().RefreshAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Clock_before_the_build_of_the_program_is_not_trusted()
    {
        var device = NewDevice(buildDate: _time.GetUtcNow().AddDays(2));

        var error = await RefreshFailsAsync(device, UpdateReasons.Untrusted);
        Assert.Contains("although it was 2026-01-03", error.Message, StringComparison.Ordinal);
        Assert.InRange(BuildDate.Value, DateTimeOffset.Parse("2026-01-01T00:00:00Z", CultureInfo.InvariantCulture), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Silence_is_unavailable_and_after_it_nothing_can_be_found()
    {
        await _repository.AddReleaseAsync("vision", "1.0.0", 1, _bundle);
        var device = await RefreshedAsync();
        Directory.Move(_repository.Path, _repository.Path + "-gone");

        await RefreshFailsAsync(device, UpdateReasons.Unavailable);
        await FindFailsAsync(device, "vision", "1.0.0", UpdateReasons.Unavailable, "no check has succeeded");

        Directory.Move(_repository.Path + "-gone", _repository.Path);
        await device.RefreshAsync(CancellationToken.None);
        await device.FindAsync("vision", "1.0.0", CancellationToken.None);
    }

    [Fact]
    public async Task Memory_that_cannot_be_written_is_a_storage_error()
    {
        File.WriteAllText(_state.File("updates"), "a file where a directory should be");

        await RefreshFailsAsync(NewDevice(), UpdateReasons.Storage);
    }

    private static JsonTree Needs(params (string Name, JsonTree Value)[] members) => JsonTree.Of(members.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal));

    private static JsonTree Tree(string json) => JsonParser.Parse(Encoding.UTF8.GetBytes(json));

    private ReleaseRepository NewDevice(string? path = null, DateTimeOffset? buildDate = null) =>
        new(_options, _state.Path, new DirectoryTransport(path ?? _repository.Path), _time, _log, () => _isSynchronised, buildDate ?? _time.GetUtcNow().AddDays(-30));

    private async Task<ReleaseRepository> RefreshedAsync(string? path = null)
    {
        var device = NewDevice(path);
        await device.RefreshAsync(CancellationToken.None);
        return device;
    }

    private static async Task<UpdateFailedException> RefreshFailsAsync(ReleaseRepository device, string code)
    {
        var error = await Assert.ThrowsAsync<UpdateFailedException>(() => device.RefreshAsync(CancellationToken.None));
        Assert.Equal((code, false), (error.Code, error.IsFinal));
        return error;
    }

    private static async Task<UpdateFailedException> FindFailsAsync(ReleaseRepository device, string model, string version, string code, string expected)
    {
        var error = await Assert.ThrowsAsync<UpdateFailedException>(() => device.FindAsync(model, version, CancellationToken.None));
        Assert.Equal((code, false), (error.Code, error.IsFinal));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        return error;
    }
}
