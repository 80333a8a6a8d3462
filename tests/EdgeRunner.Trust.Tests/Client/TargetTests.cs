using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

public sealed class TargetTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7))];

    private readonly RepositorySimulator _repository = new();
    private readonly SimulatedDevice _device;

    public TargetTests()
    {
        _device = new SimulatedDevice(_repository);
        _repository.AddTarget(RoleNames.Targets, "models/a/1.ermodel", Content);
        _repository.PublishAll();
    }

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_target_arrives_under_its_consistent_name_or_its_plain_one(bool consistent)
    {
        if (!consistent)
        {
            _repository.ConsistentSnapshot = false;
            _repository.AddTarget(RoleNames.Targets, "models/a/1.ermodel", Content);
            _repository.PublishAll();
        }

        await _device.DownloadAsync("models/a/1.ermodel");

        Assert.Equal(Content, await File.ReadAllBytesAsync(_device.File("target")));
        Assert.Equal(consistent ? $"target:models/a/{FileDigests.Of(Content).Preferred}.1.ermodel" : "target:models/a/1.ermodel", _repository.Requests[^1]);
        OnlyTheTargetIsThere();
    }

    [Fact]
    public async Task A_file_that_is_there_already_is_known_by_its_content()
    {
        await _device.DownloadAsync("models/a/1.ermodel");
        var match = await _device.FindAsync("models/a/1.ermodel");

        Assert.True(await TargetDownloader.IsPresentAsync(match, _device.File("target"), CancellationToken.None));
        await File.WriteAllBytesAsync(_device.File("target"), [.. Content[..^1], (byte)(Content[^1] ^ 1)]);
        Assert.False(await TargetDownloader.IsPresentAsync(match, _device.File("target"), CancellationToken.None));
        await File.WriteAllBytesAsync(_device.File("target"), Content[..^1]);
        Assert.False(await TargetDownloader.IsPresentAsync(match, _device.File("target"), CancellationToken.None));
        Assert.False(await TargetDownloader.IsPresentAsync(match, _device.File("missing"), CancellationToken.None));
    }

    [Theory]
    [InlineData("changed", TrustFailure.HashMismatch)]
    [InlineData("short", TrustFailure.LengthMismatch)]
    [InlineData("empty", TrustFailure.LengthMismatch)]
    [InlineData("missing", TrustFailure.NotFound)]
    public async Task Arbitrary_software_is_refused_and_an_older_file_stays(string what, TrustFailure failure)
    {
        await File.WriteAllTextAsync(_device.File("target"), "older");
        _repository.InterceptTarget = _ => what switch
        {
            "changed" => new MemoryStream([.. Content[..100], (byte)(Content[100] ^ 1), .. Content[101..]]),
            "short" => new MemoryStream(Content[..^1]),
            "empty" => new MemoryStream(),
            _ => null,
        };
        if (what == "missing")
        {
            _repository.Contents.Clear();
        }

        var error = await Assert.ThrowsAsync<TargetException>(() => _device.DownloadAsync("models/a/1.ermodel"));

        Assert.Equal((failure, "models/a/1.ermodel"), (error.Failure, error.TargetPath));
        Assert.Equal("older", await File.ReadAllTextAsync(_device.File("target")));
        OnlyTheTargetIsThere();
    }

    [Theory]
    [InlineData(5_000_000_000)] // more seconds at the lowest rate than a timer can wait
    [InlineData(long.MaxValue)]
    public async Task A_length_beyond_all_bounds_is_a_target_like_any_other(long length)
    {
        var match = await _device.FindAsync("models/a/1.ermodel");
        var huge = match with { File = match.File with { Length = length } };

        var error = await Assert.ThrowsAsync<TargetException>(() => new TargetDownloader(_repository, TimeProvider.System).DownloadAsync(huge, _device.File("target"), CancellationToken.None));

        Assert.Equal(TrustFailure.LengthMismatch, error.Failure);
    }

    [Fact]
    public async Task Endless_data_is_read_only_as_far_as_the_target_goes()
    {
        var endless = new EndlessStream();
        _repository.InterceptTarget = _ => endless;

        Assert.Equal(TrustFailure.HashMismatch,
            (await Assert.ThrowsAsync<TargetException>(() => _device.DownloadAsync("models/a/1.ermodel"))).Failure);

        Assert.Equal(Content.Length, endless.Given);
    }

    [Fact]
    public async Task A_target_that_drips_in_is_given_up()
    {
        _device.Options = new TufClientOptions { FetchGrace = TimeSpan.FromSeconds(10), MinBytesPerSecond = 10_000 };
        // Each byte takes a second; the bound is 10 s and 20 s for 200 000 bytes.
        _repository.InterceptTarget = _ => new DrippingStream(_device.Time);

        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => _device.DownloadAsync("models/a/1.ermodel"));

        Assert.Contains("within 30 s", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_device.File("target")));
        Assert.Equal(RepositorySimulator.Start.AddSeconds(30), _device.Time.GetUtcNow());
    }

    [Fact]
    public async Task A_download_that_is_cancelled_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var match = await _device.FindAsync("models/a/1.ermodel");
        _repository.InterceptTarget = _ =>
        {
            cancel.Cancel();
            return new MemoryStream(Content);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new TargetDownloader(_repository, _device.Time).DownloadAsync(match, _device.File("target"), cancel.Token));

        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_device.File("target"))!));
    }

    [Theory]
    [InlineData("""{"sha512":"X"}""", null)]
    [InlineData("""{"sha256":"Y","sha512":"X"}""", null)]
    [InlineData("""{"sha256":"Y","blake3":"00"}""", null)]
    [InlineData("""{"blake3":"00"}""", TrustFailure.HashMismatch)]
    [InlineData("""{"sha256":"Y","sha512":"Z"}""", TrustFailure.HashMismatch)]
    public async Task All_digests_that_are_known_must_match_and_one_must_be_known(string hashes, TrustFailure? failure)
    {
        var sha512 = Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(Content));
        var tree = JsonParser.Parse(System.Text.Encoding.UTF8.GetBytes(hashes.Replace("X", sha512, StringComparison.Ordinal)
            .Replace("Y", FileDigests.Of(Content).Preferred, StringComparison.Ordinal).Replace("Z", new string('0', 128), StringComparison.Ordinal)));
        _repository.InterceptTarget = _ => new MemoryStream(Content);
        _repository.PublishDownFrom(RoleNames.Targets, targets => targets.With("targets", targets.Find("targets")!.With("x",
            JsonTree.Of(new Dictionary<string, JsonTree> { ["length"] = JsonTree.Of(Content.Length), ["hashes"] = tree }))));

        if (failure is null)
        {
            await _device.DownloadAsync("x");
        }
        else
        {
            Assert.Equal(failure, (await Assert.ThrowsAsync<TargetException>(() => _device.DownloadAsync("x"))).Failure);
        }
    }

    [Fact]
    public async Task An_empty_target_is_a_target()
    {
        _repository.AddTarget(RoleNames.Targets, "empty", []);
        _repository.PublishDownFrom(RoleNames.Targets);

        await _device.DownloadAsync("empty");

        Assert.Empty(await File.ReadAllBytesAsync(_device.File("target")));
    }

    [Fact]
    public async Task A_search_needs_a_refresh_that_succeeded()
    {
        var client = _device.NewClient();
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.FindTargetAsync("x", CancellationToken.None));
        await client.RefreshAsync(CancellationToken.None);
        _repository.Files.Remove("timestamp.json");
        await Assert.ThrowsAsync<MetadataException>(() => client.RefreshAsync(CancellationToken.None));

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.FindTargetAsync("x", CancellationToken.None));
    }

    private void OnlyTheTargetIsThere() =>
        Assert.Equal(["target"], Directory.GetFiles(Path.GetDirectoryName(_device.File("target"))!).Select(Path.GetFileName));

    private sealed class EndlessStream : ReadOnlyStream
    {
        internal long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Given += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }

    private sealed class DrippingStream(ManualTimeProvider time) : ReadOnlyStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return ValueTask.FromResult(1);
        }
    }
}
