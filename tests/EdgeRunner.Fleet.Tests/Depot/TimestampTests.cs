using EdgeRunner.Fleet.Depot;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>The wake-up call: fresh, published at each change, and never set back.</summary>
public sealed class TimestampTests : IAsyncLifetime
{
    private const string OpenRules = "topic readwrite #\n";
    private const string RulesAgainstTimestamps = "topic read #\ntopic write er/1/north/device/#\n";

    private readonly MosquittoBroker _broker = MosquittoBroker.Start(new MosquittoBrokerOptions { Acl = OpenRules });
    private readonly ManualTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    // With a poll each half second, a day of the manual clock is a long day.
    private static readonly Func<DepotOptions, DepotOptions> Unhurried = o => o with { PollInterval = TimeSpan.FromMinutes(10) };
    private SignedRepository _repository = null!;
    private TimestampListener _listener = null!;

    public async Task InitializeAsync()
    {
        _repository = await SignedRepository.CreateAsync(_time);
        _listener = await TimestampListener.ConnectAsync(_broker.Port);
    }

    public async Task DisposeAsync()
    {
        await _listener.DisposeAsync();
        _repository.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task A_change_by_another_process_wakes_the_fleet_at_once()
    {
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, o => o with { PollInterval = TimeSpan.FromMinutes(1) });
        await _listener.UntilAsync(_repository.Timestamp());
        for (var i = 1; i <= 3; i++)
        {
            await _repository.AddAsync($"{i}.0.0", 100);
            await _listener.UntilAsync(_repository.Timestamp());
        }
        Assert.Equal([1, 2, 3, 4], _listener.Versions);
        Assert.Equal((4, 4), (depot.Figures.TimestampsPublished, depot.Figures.TimestampVersion));
    }

    [Fact]
    public async Task Where_the_kernel_does_not_tell_the_poll_finds_a_repository_that_appears_later()
    {
        var path = _repository.Beside("later");
        Directory.CreateDirectory(path);
        await using var depot = await RunningDepot.StartAsync(path, _broker.Port, o => o with { PollInterval = TimeSpan.FromMilliseconds(50) });
        Assert.Contains(depot.Lines, line => line.Contains("nothing is published in it yet", StringComparison.Ordinal));
        Assert.False(depot.Health.IsHealthy);

        Directory.Move(_repository.Layout.Metadata, Path.Combine(path, "metadata"));

        await Waiting.UntilAsync(() => depot.Health.IsHealthy, "it is well");
        await _listener.UntilAsync(File.ReadAllBytes(Path.Combine(path, "metadata", "timestamp.json")));
    }

    [Fact]
    public async Task The_timestamp_is_signed_anew_hourly_and_snapshot_and_rollout_at_half_of_their_time()
    {
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, Unhurried, _time);
        await AdvanceUntilAsync(() => _listener.Heard.Count == 1, TimeSpan.FromSeconds(1));
        var first = RepositoryContent.Read(_repository.Layout);

        await AdvanceUntilAsync(() => _repository.TimestampVersion() == 2, TimeSpan.FromMinutes(10));
        Assert.InRange(_time.GetUtcNow() - first.Timestamp!.Header.Expires.AddDays(-1), TimeSpan.FromHours(1), TimeSpan.FromHours(12));
        await _listener.UntilAsync(_repository.Timestamp());
        Assert.Equal(1, RepositoryContent.Read(_repository.Layout).Snapshot!.Header.Version);

        await AdvanceUntilAsync(() => RepositoryContent.Read(_repository.Layout) is { Snapshot.Header.Version: > 1 } now && now.Roles["rollout"].Header.Version > 1, TimeSpan.FromHours(12));
        Assert.InRange(_time.GetUtcNow() - first.Snapshot!.Header.Expires.AddDays(-7), TimeSpan.FromDays(3.5), TimeSpan.FromDays(6.9));
        await _listener.UntilAsync(_repository.Timestamp());
        Assert.Empty((await new RepositoryVerifier(_repository.Layout, _time).VerifyAsync(initialRoot: null, CancellationToken.None)).Problems);
        Assert.True(depot.Figures.Refreshes >= 2);
    }

    [Fact]
    public async Task Two_depots_on_one_directory_take_turns_and_sign_once()
    {
        await using var first = await RunningDepot.StartAsync(_repository.Path, _broker.Port, Unhurried, _time);
        await using var second = await RunningDepot.StartAsync(_repository.Path, _broker.Port, Unhurried, _time);
        using (await _repository.OpenWhenFreeAsync())
        {
            _time.Advance(TimeSpan.FromMinutes(61)); // both are due while somebody else has the lock
        }
        await AdvanceUntilAsync(() => _repository.TimestampVersion() == 2, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(15));
            await Task.Delay(10);
        }
        Assert.Equal(2, _repository.TimestampVersion());
        Assert.Equal(1, first.Figures.Refreshes + second.Figures.Refreshes);
        Assert.Equal(0, first.Figures.RefreshFailures + second.Figures.RefreshFailures);
    }

    [Fact]
    public async Task Without_the_online_keys_a_depot_serves_and_says_who_must_sign()
    {
        Directory.Move(_repository.OnlineKeys, _repository.Beside("elsewhere"));
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, Unhurried, _time);
        await AdvanceUntilAsync(() => depot.Lines.Any(line => line.Contains("no online keys are here", StringComparison.Ordinal)), TimeSpan.FromMinutes(30));
        Assert.Equal(1, _repository.TimestampVersion());

        _time.Advance(TimeSpan.FromDays(1)); // nobody did
        await AdvanceUntilAsync(() => depot.Lines.Any(line => line.Contains("devices take no updates", StringComparison.Ordinal)), TimeSpan.FromMinutes(1));
        Assert.False(depot.Health.IsHealthy);
        await using var device = await SimulatedDevice.ConnectAsync("pi-1", _broker.Port);
        await device.FetchAsync(Messaging.Transfer.TransferKind.Metadata, "1.root.json");
    }

    [Fact]
    public async Task An_old_copy_of_the_repository_never_sets_the_fleet_back()
    {
        var old = _repository.Timestamp();
        var copy = _repository.Beside("copy");
        Directory.CreateDirectory(Path.Combine(copy, "metadata"));
        foreach (var file in Directory.GetFiles(_repository.Layout.Metadata)) File.Copy(file, Path.Combine(copy, "metadata", Path.GetFileName(file)));
        await _repository.AddAsync("1.0.0", 100);
        await _listener.PutAsync(_repository.Timestamp());

        await using var stale = await RunningDepot.StartAsync(copy, _broker.Port);
        await Waiting.UntilAsync(() => stale.Lines.Any(line => line.Contains("the copy is old", StringComparison.Ordinal)), "it sees that it is old");
        Assert.Equal(0, stale.Figures.TimestampsPublished);

        // Somebody sets it back all the same: a depot that has seen the newer one puts it back.
        await _listener.PutAsync(old);
        await Waiting.UntilAsync(() => _listener.Heard.Count >= 3, "the old one is heard, and what follows it");
        Assert.Equal([2, 1, 2], _listener.Versions);
    }

    [Fact]
    public async Task What_this_repository_has_not_signed_is_replaced_on_the_topic_and_told_at_once_and_then_once_a_minute()
    {
        using var other = await SignedRepository.CreateAsync(_time);
        for (var i = 0; i < 3; i++) await other.AddAsync($"{i}.0.0", 10); // a higher version, by other keys
        await _listener.PutAsync(other.Timestamp());
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, Unhurried, _time);
        await _listener.UntilAsync(_repository.Timestamp());
        Assert.Equal(1, Told("Error", "this repository has not signed"));

        // Not at once again: two depots must not fight at full speed.
        await _listener.PutAsync("nonsense"u8.ToArray());
        await Waiting.UntilAsync(() => Told("Warning timestamp 1 waits 60 s", "") == 1, "it sees the second stranger");
        await _repository.AddAsync("1.0.0", 10);
        await Waiting.UntilAsync(() => Told("Warning timestamp 2 waits 60 s", "") == 1, "it sees the change");
        Assert.Equal(1, depot.Figures.TimestampsPublished);
        Assert.Equal("nonsense"u8.ToArray(), _listener.Heard.Last());

        _time.Advance(TimeSpan.FromMinutes(1));
        await _listener.UntilAsync(_repository.Timestamp());
        Assert.Equal((2, 2), (depot.Figures.TimestampsPublished, Told("Error", "this repository has not signed")));

        int Told(string start, string part) => depot.Lines.Count(line => line.StartsWith(start, StringComparison.Ordinal) && line.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broker_whose_rules_were_wrong_for_a_while_gets_the_timestamp_when_they_are_mended()
    {
        await ChangeRulesAsync(RulesAgainstTimestamps);
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, Unhurried, _time);
        await AdvanceUntilAsync(() => IsRefused(depot), TimeSpan.FromMilliseconds(100));
        Assert.Contains("timestamp: the broker does not let this depot look after er/1/north/tuf/timestamp: ", depot.Health.Summary(), StringComparison.Ordinal);
        Assert.Contains("whose common name is depot", depot.Health.Summary(), StringComparison.Ordinal);
        await AdvanceUntilAsync(() => depot.Refused >= 3, TimeSpan.FromSeconds(5));
        Assert.Equal(0, depot.Figures.TimestampsPublished);
        Assert.Single(depot.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));

        await ChangeRulesAsync(OpenRules);
        await AdvanceUntilAsync(() => _listener.Heard.Count == 1, TimeSpan.FromSeconds(1));
        await _listener.UntilAsync(_repository.Timestamp());
        await Waiting.UntilAsync(() => depot.Health.IsHealthy, "it is well");
        await _repository.AddAsync("1.0.0", 10);
        await _listener.UntilAsync(_repository.Timestamp());
    }

    [Fact]
    public async Task A_stranger_that_could_not_be_replaced_is_replaced_as_soon_as_it_can_be()
    {
        await _listener.PutAsync("nonsense"u8.ToArray());
        await ChangeRulesAsync(RulesAgainstTimestamps);
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, Unhurried, _time);
        await AdvanceUntilAsync(() => IsRefused(depot), TimeSpan.FromMilliseconds(100));

        await ChangeRulesAsync(OpenRules);
        await AdvanceUntilAsync(() => _listener.Heard.Count == 2, TimeSpan.FromSeconds(1));

        await _listener.UntilAsync(_repository.Timestamp());
        Assert.DoesNotContain(depot.Lines, line => line.Contains("must not fight", StringComparison.Ordinal));
        Assert.Single(depot.Lines, line => line.Contains("this repository has not signed; it is replaced", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_file_that_waits_for_signatures_does_not_let_the_timestamp_expire()
    {
        Directory.CreateDirectory(_repository.Layout.Staged);
        File.WriteAllText(_repository.Layout.StagedFile("models/main"), "{\"signed\":");
        File.WriteAllText(_repository.Layout.StagedFile("root"), "{\"signatures\":[],\"signed\":{\"_type\":\"root\"}}");
        File.WriteAllText(_repository.Layout.StagedFile("rollout"), "{\"signatures\":[],\"signed\":{\"_type\":\"targets\",\"version\":2}}");

        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, Unhurried, _time);
        await AdvanceUntilAsync(() => _repositoryIsAt(2), TimeSpan.FromMinutes(10));

        Assert.Equal(3, depot.Lines.Count(line => line.StartsWith("Warning passed over:", StringComparison.Ordinal)));
        Assert.Equal(3, Directory.GetFiles(_repository.Layout.Staged).Length);
        _time.Advance(TimeSpan.FromDays(4)); // snapshot and rollout are due as well
        await AdvanceUntilAsync(() => RepositoryContent.ReadPublished(_repository.Layout).Roles["rollout"].Header.Version == 2, TimeSpan.FromSeconds(30));

        bool _repositoryIsAt(long version) => RepositoryContent.ReadPublished(_repository.Layout).Timestamp!.Header.Version == version;
    }

    private static bool IsRefused(RunningDepot depot) => depot.Lines.Any(line => line.Contains("does not let this depot look after", StringComparison.Ordinal));

    private async Task ChangeRulesAsync(string rules)
    {
        _broker.ChangeAcl(rules);
        for (var i = 0; await IsRefusedAsync() != (rules is RulesAgainstTimestamps); i++)
        {
            Assert.True(i < 1000, "the broker has not read its rules again");
            await Task.Delay(10);
        }

        async Task<bool> IsRefusedAsync() => await Record.ExceptionAsync(() =>
            _listener.Session.PublishAsync("any", "1"u8.ToArray(), MqttPublishOptions.AtLeastOnce, CancellationToken.None)) is MqttRefusedException;
    }

    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step)
    {
        // Slowly enough that what the clock started is done before it goes on; never past the life of the timestamp without a look.
        for (var i = 0; i < 2000 && !condition(); i++)
        {
            _time.Advance(step);
            for (var pause = 0; pause < 10 && !condition(); pause++) await Task.Delay(5);
        }
        Assert.True(condition());
    }
}
