using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Tests.Health;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Repository;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Updates.Transports;

public sealed class TransportChainTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly CollectedLog<TransportChain> _log = new();
    private readonly ReleasedFile _first = new();
    private readonly ReleasedFile _second = new(); // the same content: it is made from a fixed seed
    private readonly TransportChain _chain;

    public TransportChainTests() => _chain = new TransportChain([new DirectoryTransport(_first.Root), new DirectoryTransport(_second.Root)], _time, _log);

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _chain.DisposeAsync();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task Next_road_is_taken_while_the_first_is_away_and_the_first_again_when_its_time_is_over()
    {
        Directory.Move(_first.Root, _first.Beside("away"));
        await FetchAsync();
        Assert.Equal(_second.Root, _chain.Name);
        Assert.Contains("plugged in", _chain.Roads[0].Reason, StringComparison.Ordinal);
        Assert.Equal((false, TimeSpan.FromSeconds(30)), (_chain.Roads[0].IsInUse, _chain.Roads[0].RetryIn));

        Directory.Move(_first.Beside("away"), _first.Root);
        _chain.BeginRound();
        await FetchAsync();
        Assert.Equal(_second.Root, _chain.Name); // not yet: it failed a moment ago

        _time.Advance(TimeSpan.FromSeconds(31));
        _chain.BeginRound();
        await FetchAsync();
        Assert.Equal((_first.Root, null), (_chain.Name, _chain.Roads[0].Reason));
        Assert.Equal([$"Warning: Releases: {_first.Root} is passed over: {_first.Root} is not there: is the stick plugged in and mounted?", $"Information: Releases: {_first.Root} works again"], _log.Lines);
    }

    [Fact]
    public async Task Round_stays_on_the_road_it_began_on()
    {
        Directory.Move(_first.Root, _first.Beside("away"));
        _chain.BeginRound();
        await FetchAsync();
        Directory.Move(_first.Beside("away"), _first.Root);
        _time.Advance(TimeSpan.FromHours(1));

        await FetchAsync();

        Assert.Equal(_second.Root, _chain.Name);
    }

    [Fact]
    public async Task Backoff_doubles_up_to_a_quarter_of_an_hour_and_the_trouble_is_logged_once()
    {
        Directory.Move(_first.Root, _first.Beside("away"));
        var waits = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            _chain.BeginRound();
            await FetchAsync();
            waits.Add(_chain.Roads[0].RetryIn.TotalSeconds);
            _time.Advance(_chain.Roads[0].RetryIn);
        }

        Assert.Equal([30, 60, 120, 240, 480, 900, 900, 900], waits);
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task All_roads_away_says_why_of_each_and_each_is_tried_again_at_once_when_asked()
    {
        Directory.Move(_first.Root, _first.Beside("away"));
        Directory.Delete(Path.Combine(_second.Root, "metadata"), recursive: true);

        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => FetchAsync());
        Assert.Contains("no road gives an answer", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{_first.Root} is not there", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{_second.Root} has no metadata/timestamp.json", error.Message, StringComparison.Ordinal);

        Directory.Move(_first.Beside("away"), _first.Root);
        await FetchAsync();
        Assert.Equal(_first.Root, _chain.Name);
    }

    [Fact]
    public async Task Chunks_that_one_road_cannot_bring_come_by_the_next()
    {
        var damaged = File.ReadAllBytes(_first.File);
        for (var at = damaged.Length / 2; at < damaged.Length; at += 1000) damaged[at] ^= 1;
        File.WriteAllBytes(_first.File, damaged);
        var sink = new CollectingSink(_first.Index);

        await _chain.FetchChunksAsync(_first.Fetch, sink, CancellationToken.None);

        Assert.Equal(_first.Content, sink.Content);
        Assert.Contains("is damaged", _chain.Roads[0].Reason, StringComparison.Ordinal);
        Assert.Equal((_second.Root, 0), (_chain.Name, sink.Duplicates));
    }

    [Fact]
    public async Task Chunks_that_no_road_has_are_given_up_and_those_that_came_stay()
    {
        foreach (var file in new[] { _first, _second })
        {
            var bytes = File.ReadAllBytes(file.File);
            bytes[0] ^= 1;
            File.WriteAllBytes(file.File, bytes);
        }

        var sink = new CollectingSink(_first.Index);
        await Assert.ThrowsAsync<RepositoryUnavailableException>(() => _chain.FetchChunksAsync(_first.Fetch, sink, CancellationToken.None));
        Assert.Equal(1, sink.Missing);
    }

    [Fact]
    public async Task Old_copy_on_the_first_road_does_not_keep_the_device_from_the_newer_one_on_the_second()
    {
        using var repository = await SignedRepository.CreateAsync(_time);
        using var state = new TempDirectory();
        await repository.AddReleaseAsync("vision", "1.0.0", 1, new byte[100]);
        var old = state.File("stick");
        Copy(repository.Path, old);
        _time.Advance(TimeSpan.FromHours(25)); // the timestamp of the copy is over
        await repository.RefreshAsync();
        await repository.SetDesiredAsync(SignedRepository.Desired("a", "vision", "1.0.0", 1));
        var options = new UpdateOptions { Group = "a", RootFile = repository.RootFile, Sources = [old, repository.Path] };
        await using var chain = TransportFactory.Create(options, mqtt: null, _time, NullLoggerFactory.Instance);
        var device = new ReleaseRepository(options, state.Path, chain, _time, new CollectedLog<ReleaseRepository>(), () => true, DateTimeOffset.UnixEpoch);

        var desired = await device.RefreshAsync(CancellationToken.None);
        var release = await device.FindAsync("vision", "1.0.0", CancellationToken.None);

        Assert.Equal((1L, 1L, repository.Path), (desired!.Models["vision"].Release, release.Number, chain.Name));
        Assert.Contains("Expired", chain.Roads[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Road_that_brings_wrong_bytes_is_passed_over_also_for_the_index_and_when_all_do_the_device_says_so()
    {
        using var repository = await SignedRepository.CreateAsync(_time);
        using var state = new TempDirectory();
        await repository.AddReleaseAsync("vision", "1.0.0", 1, new byte[100]);
        var hostile = state.File("hostile");
        Copy(repository.Path, hostile);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(hostile, "targets"), "*.chunks", SearchOption.AllDirectories)) File.WriteAllText(file, "something else");
        var options = new UpdateOptions { Group = "a", RootFile = repository.RootFile, Sources = [hostile, repository.Path] };
        await using var chain = TransportFactory.Create(options, mqtt: null, _time, NullLoggerFactory.Instance);
        var device = new ReleaseRepository(options, state.Path, chain, _time, new CollectedLog<ReleaseRepository>(), () => true, DateTimeOffset.UnixEpoch);
        await device.RefreshAsync(CancellationToken.None);

        Assert.Equal(1, (await device.FindAsync("vision", "1.0.0", CancellationToken.None)).Number);

        File.WriteAllText(repository.TargetFile("models/vision/1.0.0.chunks"), "something else");
        var restarted = new ReleaseRepository(options, state.Path, chain, _time, new CollectedLog<ReleaseRepository>(), () => true, DateTimeOffset.UnixEpoch); // has no index yet
        await restarted.RefreshAsync(CancellationToken.None);
        Assert.Equal(1, (await restarted.FindTermsAsync("vision", "1.0.0", CancellationToken.None)).Number);
        var error = await Assert.ThrowsAsync<UpdateFailedException>(() => restarted.FindAsync("vision", "1.0.0", CancellationToken.None));
        Assert.Equal(UpdateReasons.Untrusted, error.Code);
    }

    [Theory]
    [InlineData("wrong", null, UpdateReasons.Unavailable)]
    [InlineData(null, "wrong", UpdateReasons.Unavailable)]
    [InlineData("wrong", "worse", UpdateReasons.Untrusted)]
    public async Task Road_that_answers_wrongly_is_named_beside_the_others(string? first, string? second, string code)
    {
        using var repository = await SignedRepository.CreateAsync(_time);
        using var state = new TempDirectory();
        await using var server = await WebServer.StartAsync(repository.Path);
        List<string> sources = [.. new[] { first, second }.Select(path => path is null ? "http://127.0.0.1:1/" : $"{server.Address}{path}/")]; // Nobody listens at port 1.
        var options = new UpdateOptions { Group = "a", RootFile = repository.RootFile, Sources = sources };
        await using var chain = TransportFactory.Create(options, mqtt: null, _time, NullLoggerFactory.Instance);
        var device = new ReleaseRepository(options, state.Path, chain, _time, new CollectedLog<ReleaseRepository>(), () => true, DateTimeOffset.UnixEpoch);

        var error = await Assert.ThrowsAsync<UpdateFailedException>(() => device.RefreshAsync(CancellationToken.None));

        Assert.Equal(code, error.Code);
        foreach (var path in new[] { first, second }.OfType<string>()) Assert.Contains($"Asked: {server.Address}{path}/ (not found, 404)", error.Message, StringComparison.Ordinal);
        Assert.All(sources, source => Assert.Contains(source, error.Message, StringComparison.Ordinal));
        // What was said in a round before is no answer of this one.
        Directory.CreateDirectory(Path.Combine(repository.Path, "wrong"));
        Copy(repository.Path, Path.Combine(repository.Path, "wrong"));
        _time.Advance(TimeSpan.FromHours(1));
        await device.RefreshAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Configured_sources_become_roads_in_their_order()
    {
        var options = new UpdateOptions { Sources = ["/media/usb", "mqtt", "https://releases.example/fleet", "/media/usb"] };

        await using var chain = TransportFactory.Create(options, () => new DirectoryTransport("/stands/for/mqtt"), _time, NullLoggerFactory.Instance);
        await using var offline = TransportFactory.Create(options, mqtt: null, _time, NullLoggerFactory.Instance);

        Assert.Equal(["/media/usb", "/stands/for/mqtt", "https://releases.example/fleet/"], chain.Roads.Select(road => road.Name));
        Assert.Equal(["/media/usb", "https://releases.example/fleet/"], offline.Roads.Select(road => road.Name));
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private async Task FetchAsync() => Assert.Equal("{}"u8.ToArray(), (await _chain.FetchAsync(TransferKind.Metadata, "timestamp.json", 100, CancellationToken.None)).Bytes.ToArray());
}
