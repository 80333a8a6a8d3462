using System.Diagnostics;
using System.Net;
using EdgeRunner.Fleet.Tests.Depot.Http;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>Somebody removes old files while a depot serves them: it says that they are not there, and nothing else.</summary>
public sealed class DepotPruneTests : IAsyncLifetime
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
    public async Task A_release_that_the_depot_has_in_mind_is_not_found_and_the_other_one_is_served_on()
    {
        var (gone, kept) = (await _repository.AddAsync("1.0.0", 90_000), await _repository.AddAsync("1.1.0", 90_000));
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port);
        await using var device = await SimulatedDevice.ConnectAsync("pi-1", _broker.Port);
        Assert.Equal(6, (await device.AnswersAsync(await device.SendChunksAsync(gone, 0, 6), 6)).Count(a => a.Status is TransferStatus.Ok));

        await RemoveAsync("1.0.0");

        Assert.Equal(TransferStatus.NotFound, (await device.AnswerAsync(await device.SendChunksAsync(gone, 0, 6))).Status);
        Assert.Equal(TransferStatus.NotFound, (await device.AskAsync(TransferKind.Target, gone.IndexName)).Status);
        Assert.Equal(TransferStatus.NotFound, (await device.AskAsync(TransferKind.Metadata, "1.snapshot.json")).Status);
        Assert.Equal(kept.Content, (await device.AnswersAsync(await device.SendChunksAsync(kept, 0, 6), 6)).OrderBy(a => a.Part).SelectMany(a => a.Bytes.ToArray()).ToArray());
        Assert.DoesNotContain(depot.Lines, line => line.Contains("cannot serve", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Devices_whose_chunks_wait_to_be_sent_to_all_are_told_that_they_are_not_found()
    {
        var release = await _repository.AddAsync("1.0.0", 90_000);
        await using var depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, options => options with { CollectTime = TimeSpan.FromMinutes(5) });
        await using var one = await SimulatedDevice.ConnectAsync("pi-1", _broker.Port);
        await using var two = await SimulatedDevice.ConnectAsync("pi-2", _broker.Port);
        await one.ListenAsync(release);
        var (first, second) = (await one.SendChunksAsync(release, 0, 6), await two.SendChunksAsync(release, 0, 6));
        await Waiting.UntilAsync(() => depot.Figures.ChunkRequests == 2 && depot.InLine == 0, "both wait in the group");

        await RemoveAsync("1.0.0");
        await depot.StopAsync(); // ends the collection: what was asked for is answered now

        Assert.Equal(TransferStatus.NotFound, (await one.AnswerAsync(first)).Status);
        Assert.Equal(TransferStatus.NotFound, (await two.AnswerAsync(second)).Status);
        Assert.Empty(one.Blobs);
        Assert.Contains(depot.Lines, line => line.StartsWith("Information", StringComparison.Ordinal) && line.Contains("was removed from the repository", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Over_http_it_is_404_and_a_role_that_was_taken_away_is_in_no_figures()
    {
        var release = await _repository.AddAsync("1.0.0", 90_000);
        await using var depot = await HttpDepot.StartAsync(_repository.Path);
        using var client = new HttpClient();
        var address = new Uri(depot.Address, "targets/" + release.Name);
        Assert.Equal(release.Content, await client.GetByteArrayAsync(address));
        await MetricsAsync(there: true, "the team is in the figures");

        await _repository.ChangeAsync(repository => repository.RemoveDelegation(SignedRepository.Team));
        await PruneAsync();

        using var response = await client.GetAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        await MetricsAsync(there: false, "it is in the figures no more");
        Assert.Contains("role=\"rollout\"", await client.GetStringAsync(new Uri(depot.Address, "metrics")), StringComparison.Ordinal);

        async Task MetricsAsync(bool there, string what)
        {
            var watch = Stopwatch.StartNew();
            while ((await client.GetStringAsync(new Uri(depot.Address, "metrics"))).Contains("role=\"models/main\"", StringComparison.Ordinal) != there)
            {
                Assert.True(watch.Elapsed < Waiting.Patience, $"Did not happen: {what}");
                await Task.Delay(10);
            }
        }
    }

    private async Task RemoveAsync(string version)
    {
        await _repository.ChangeAsync(repository => repository.RemoveTargets(SignedRepository.Team, [$"models/vision/{version}.ermodel", $"models/vision/{version}.chunks"]));
        await PruneAsync();
    }

    private async Task PruneAsync()
    {
        using var repository = await _repository.OpenWhenFreeAsync();
        Assert.NotEmpty(repository.Prune(TimeSpan.Zero, removing: null, CancellationToken.None).Unneeded);
    }
}
