using System.Text;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>Several depots, broken links, stops and floods.</summary>
public sealed class DepotServiceTests : IAsyncLifetime
{
    private readonly MosquittoBroker _broker = MosquittoBroker.Start();
    private SignedRepository _repository = null!;

    public async Task InitializeAsync() => _repository = await SignedRepository.CreateAsync(TimeProvider.System);

    public Task DisposeAsync()
    {
        _repository.Dispose();
        _broker.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Two_depots_share_the_requests_and_when_one_is_killed_only_what_it_held_has_to_be_asked_again()
    {
        await using var first = await RunningDepot.StartAsync(_repository.Path, _broker.Port);
        await using var second = await RunningDepot.StartAsync(_repository.Path, _broker.Port);
        await using var device = await SimulatedDevice.ConnectAsync("pi-1", _broker.Port);
        for (var i = 0; i < 20; i++) await device.FetchAsync(TransferKind.Metadata, "1.root.json");
        Assert.True(first.Figures.Requests > 0, "the first one has a share");
        Assert.True(second.Figures.Requests > 0, "the second one has a share");
        Assert.Equal(20, first.Figures.Requests + second.Figures.Requests);

        var asked = new List<long>();
        for (var i = 0; i < 30; i++)
        {
            asked.Add(await device.SendAsync(TransferKind.Metadata, "1.root.json"));
            if (i == 15) await first.KillAsync();
        }
        // As a device does: what is not answered is asked again.
        for (var round = 0; round < 50 && asked.Count > 0; round++)
        {
            await Task.Delay(100);
            asked.RemoveAll(id => device.Answers.Any(a => a.Id == id));
            for (var i = 0; i < asked.Count; i++) asked[i] = await device.SendAsync(TransferKind.Metadata, "1.root.json");
        }
        Assert.Empty(asked);
        Assert.All(device.Answers, a => Assert.Equal(TransferStatus.Ok, a.Response.Status));
    }

    [Fact]
    public async Task A_broker_that_restarts_and_has_forgotten_everything_is_served_again()
    {
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port);
        await using var device = await SimulatedDevice.ConnectAsync("pi-1", _broker.Port);
        await using var listener = await TimestampListener.ConnectAsync(_broker.Port);
        await listener.UntilAsync(_repository.Timestamp());

        _broker.Kill();
        await Waiting.UntilAsync(() => !depot.Health.IsHealthy, "the depot knows that the broker is gone");
        _broker.Restart();
        await Waiting.UntilAsync(() => depot.Health.IsHealthy && device.Session.IsConnected, "all are back");

        await using var later = await TimestampListener.ConnectAsync(_broker.Port);
        await later.UntilAsync(_repository.Timestamp());
        TransferResponse? answer = null;
        for (var i = 0; i < 50 && answer is null; i++)
        {
            // The subscription of one of the two may still be on its way.
            try
            {
                var id = await device.SendAsync(TransferKind.Metadata, "1.root.json");
                await Task.Delay(200);
                answer = device.Answers.Where(a => a.Id == id).Select(a => (TransferResponse?)a.Response).FirstOrDefault();
            }
            catch (EdgeRunner.Messaging.Mqtt.MqttUnavailableException)
            {
                await Task.Delay(50);
            }
        }
        Assert.Equal(TransferStatus.Ok, answer!.Value.Status);
    }

    [Fact]
    public async Task A_stop_answers_what_was_accepted_also_what_waits_for_others()
    {
        var release = await _repository.AddAsync("1.0.0", 30 * DepotReleases.ChunkBytes);
        var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, o => o with { CollectTime = TimeSpan.FromSeconds(10) });
        await using var device = await SimulatedDevice.ConnectAsync("pi-1", _broker.Port);
        var chunks = await device.SendChunksAsync(release, 0, 30);
        var root = await device.SendAsync(TransferKind.Metadata, "1.root.json");
        await Waiting.UntilAsync(() => depot.Figures.ChunkRequests == 1 && depot.Figures.MetadataRequests == 1, "both are accepted");
        Assert.DoesNotContain(device.Answers, a => a.Id == chunks);

        await depot.DisposeAsync();

        Assert.Equal(30, (await device.AnswersAsync(chunks, 30)).Length);
        Assert.Equal(TransferStatus.Ok, (await device.AnswerAsync(root)).Status);
        Assert.Contains(depot.Lines, line => line.Contains("stopped; 2 requests", StringComparison.Ordinal));
        await using var next = await RunningDepot.StartAsync(_repository.Path, _broker.Port);
        await device.FetchAsync(TransferKind.Metadata, "1.root.json");
    }

    [Fact]
    public async Task A_flood_of_one_device_is_told_to_wait_and_another_device_gets_its_answers()
    {
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, o => o with { MaxRatePerDevice = 5, MaxQueuedBytes = 256 << 10 });
        await using var flooder = await SimulatedDevice.ConnectAsync("flooder", _broker.Port);
        await using var device = await SimulatedDevice.ConnectAsync("pi-1", _broker.Port);
        const int flood = 3000;
        var sent = Enumerable.Range(0, flood).Select(i => flooder.SendAsync(TransferKind.Metadata, "1.root.json")).ToArray();
        var junk = Enumerable.Range(0, 200).Select(i => flooder.SendRawAsync(Encoding.UTF8.GetBytes(new string('{', i)))).ToArray();

        Assert.Equal(File.ReadAllBytes(Path.Combine(_repository.Layout.Metadata, "1.root.json")), await device.FetchAsync(TransferKind.Metadata, "1.root.json"));

        await Task.WhenAll(sent);
        await Task.WhenAll(junk);
        await Waiting.UntilAsync(() => depot.Figures.Requests == flood + 201, "the depot has read all");
        await Waiting.UntilAsync(() => depot.InLine == 0, "and answered what it answers");
        var busy = flooder.Answers.Where(a => a.Response.Status is TransferStatus.Busy).ToArray();
        Assert.NotEmpty(busy);
        Assert.All(busy, a => Assert.InRange(a.Response.RetryAfterSeconds, 1, 60));
        // Neither the file nor the word to wait comes as often as it was asked for.
        Assert.InRange(flooder.Answers.Count, 1, flood / 2);
        Assert.True(depot.Figures.Dropped > flood / 2, $"{depot.Figures.Dropped} were left without an answer");
    }

    [Fact]
    public async Task A_device_that_wants_everything_at_once_does_not_keep_a_small_request_of_another_waiting()
    {
        var release = await _repository.AddAsync("1.0.0", 1000 * DepotReleases.ChunkBytes);
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, o => o with { MaxQueuedBytes = 256 << 10, CollectTime = TimeSpan.Zero });
        await using var greedy = await SimulatedDevice.ConnectAsync("greedy", _broker.Port);
        await using var device = await SimulatedDevice.ConnectAsync("pi-1", _broker.Port);
        var all = new List<long>();
        for (var i = 0; i < 12; i++) all.Add(await greedy.SendChunksAsync(release, 0, 1000));
        await Waiting.UntilAsync(() => !greedy.Answers.IsEmpty, "it gets something");

        await device.FetchAsync(TransferKind.Metadata, "1.root.json");

        // Bounded in chunks: what is past that is told to wait.
        await Waiting.UntilAsync(() => greedy.Answers.Any(a => a.Response.Status is TransferStatus.Busy), "it is too much");
        Assert.True(greedy.Answers.Count(a => a.Id == all[0]) <= 1000);
    }

    [Fact]
    public async Task A_copy_without_settings_is_served_and_says_that_others_sign()
    {
        var copy = _repository.Beside("copy");
        Directory.CreateDirectory(Path.Combine(copy, "metadata"));
        foreach (var file in Directory.GetFiles(_repository.Layout.Metadata)) File.Copy(file, Path.Combine(copy, "metadata", Path.GetFileName(file)));
        await using var depot = await RunningDepot.StartAsync(copy, _broker.Port);
        await using var device = await SimulatedDevice.ConnectAsync("pi-1", _broker.Port);

        await device.FetchAsync(TransferKind.Metadata, "timestamp.json");

        await Waiting.UntilAsync(() => depot.Lines.Any(line => line.Contains("only served", StringComparison.Ordinal)), "it says so");
        await using var listener = await TimestampListener.ConnectAsync(_broker.Port);
        await listener.UntilAsync(_repository.Timestamp());
    }

    [Fact]
    public async Task A_depot_that_could_not_sign_says_so_at_its_start_and_not_only_when_it_is_due()
    {
        var keys = _repository.OnlineKeys;
        Directory.Move(keys, keys + "-away");
        await using (var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port))
        {
            await Waiting.UntilAsync(() => depot.Lines.Any(line => line.Contains("no online keys are here", StringComparison.Ordinal)), "it says that it has no keys");
        }

        // As a repository that belongs to another user, for a test that may run as root.
        Directory.Move(keys + "-away", keys);
        File.Delete(Path.Combine(_repository.Path, ".lock"));
        Directory.CreateDirectory(Path.Combine(_repository.Path, ".lock"));
        await using (var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port))
        {
            await Waiting.UntilAsync(() => depot.Lines.Any(line => line.StartsWith("Warning the timestamp cannot be signed anew here", StringComparison.Ordinal)), "it says that it may not write");
            Assert.True(depot.Health.IsHealthy, "another one may be who signs");
        }

        Directory.Delete(Path.Combine(_repository.Path, ".lock"));
        await using var well = await RunningDepot.StartAsync(_repository.Path, _broker.Port);
        await Waiting.UntilAsync(() => well.Lines.Any(line => line.Contains("the timestamp can be signed anew here", StringComparison.Ordinal)), "it says that it can");
    }
}
