using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>Chunks that several devices want are sent once, for all of them.</summary>
public sealed class ChunkGroupingTests : IAsyncLifetime
{
    private static readonly TimeSpan Collect = TimeSpan.FromMilliseconds(500);

    private readonly ManualTimeProvider _time = new();
    private readonly MosquittoBroker _broker = MosquittoBroker.Start();
    private readonly List<SimulatedDevice> _devices = [];
    private SignedRepository _repository = null!;
    private SignedRelease _release = null!;
    private RunningDepot? _depot;

    public async Task InitializeAsync()
    {
        _repository = await SignedRepository.CreateAsync(_time);
        _release = await _repository.AddAsync("2.0.0", (40 * DepotReleases.ChunkBytes) + 11);
    }

    public async Task DisposeAsync()
    {
        foreach (var device in _devices) await device.DisposeAsync();
        if (_depot is not null) await _depot.DisposeAsync();
        _repository.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task Six_devices_that_ask_together_have_every_chunk_sent_once()
    {
        await StartAsync(6);

        await AskTogetherAsync(0, 20);
        await _devices.UntilAllHaveAsync(20);
        foreach (var device in _devices) await device.SendChunksAsync(_release, 20, 21);
        await _devices.UntilAllHaveAsync(41);

        var file = _release.Content;
        Assert.All(_devices, d => Assert.Equal(file, d.Blobs.OrderBy(b => b.Number).SelectMany(b => b.Bytes).ToArray()));
        Assert.All(_devices, d => Assert.Empty(d.Answers));
        await Waiting.UntilAsync(() => _depot!.Figures.ChunkRequests == 12, "all requests are counted");
        var figures = _depot!.Figures;
        Assert.Equal((41, 0, file.Length, 5 * file.Length), (figures.SharedChunks, figures.OwnChunks, figures.SharedBytes, figures.SavedBytes));
    }

    [Fact]
    public async Task What_a_device_lost_comes_to_it_alone_and_a_device_that_comes_late_gets_what_it_missed()
    {
        await StartAsync(2);
        await AskTogetherAsync(0, 10);
        await _devices.UntilAllHaveAsync(10);

        // A repeat that is no repair: it has passed by a moment ago, so nothing is sent.
        await _devices[0].SendChunksAsync(_release, 0, 10);
        var repair = await _devices[0].AnswersAsync(await _devices[0].SendChunksAsync(_release, 4, 2, repair: true), 2);
        Assert.Equal([4u, 5u], repair.Select(r => r.Part));

        var late = await SimulatedDevice.ConnectAsync("late", _broker.Port);
        _devices.Add(late);
        await late.ListenAsync(_release);
        await late.SendChunksAsync(_release, 0, 10);
        await Waiting.UntilAsync(() => late.Blobs.Count == 10, "the late one has what was sent before it came");

        Assert.Equal((20, 2), (_depot!.Figures.SharedChunks, _depot.Figures.OwnChunks));
    }

    [Fact]
    public async Task A_chunk_that_was_sent_long_ago_is_sent_again()
    {
        await StartAsync(2);
        await AskTogetherAsync(0, 5);
        await _devices.UntilAllHaveAsync(5);
        _time.Advance(TimeSpan.FromSeconds(2));
        await _devices[1].SendChunksAsync(_release, 0, 5);
        await Waiting.UntilAsync(() => _devices[0].Blobs.Count == 10, "they came again");
        Assert.Empty(_devices[1].Answers);
    }

    [Fact]
    public async Task A_second_device_in_the_middle_of_a_transfer_makes_a_group_of_it()
    {
        await StartAsync(2);
        var first = await _devices[0].SendChunksAsync(_release, 0, 10);
        await GatheredAsync(1);
        Assert.Empty(_devices[0].Answers); // it waits for others
        _time.Advance(Collect);
        Assert.Equal(10, (await _devices[0].AnswersAsync(first, 10)).Length);

        await _devices[1].SendChunksAsync(_release, 0, 10);
        await Waiting.UntilAsync(() => _devices.All(d => d.Blobs.Count == 10), "the second one's chunks go to all");
        await _devices[0].SendChunksAsync(_release, 10, 10);
        await Waiting.UntilAsync(() => _devices.All(d => d.Blobs.Count == 20), "the first one's too, from now on");

        Assert.Equal((20, 10), (_depot!.Figures.SharedChunks, _depot.Figures.OwnChunks));
    }

    [Fact]
    public async Task Devices_that_come_one_after_the_other_are_waited_for_twice_the_time_and_no_longer()
    {
        var step = Collect * 0.8;
        await StartAsync(4);
        await _devices[0].SendChunksAsync(_release, 0, 10);
        await GatheredAsync(1);
        _time.Advance(step);
        await _devices[1].SendChunksAsync(_release, 0, 10);
        await GatheredAsync(2);
        _time.Advance(step);
        await _devices[2].SendChunksAsync(_release, 0, 10);
        await GatheredAsync(3);
        Assert.All(_devices, d => Assert.Empty(d.Blobs)); // past the time since the first, within it since the last

        _time.Advance((Collect * 2) - (step * 2));
        await _devices.UntilAllHaveAsync(10);
        await _devices[3].SendChunksAsync(_release, 10, 10);
        await _devices.UntilAllHaveAsync(20); // the group is there: nobody waits any more
        Assert.Equal((20, 0), (_depot!.Figures.SharedChunks, _depot.Figures.OwnChunks));
    }

    [Fact]
    public async Task A_damaged_chunk_is_told_to_every_device_of_the_group()
    {
        var path = Path.Combine(_repository.Layout.Targets, _release.Name);
        var bytes = File.ReadAllBytes(path);
        bytes[7 * DepotReleases.ChunkBytes] ^= 0x80;
        File.WriteAllBytes(path, bytes);
        await StartAsync(3);

        await AskTogetherAsync(0, 20);

        await Waiting.UntilAsync(() => _devices.All(d => d.Answers.Any(a => a.Response.ErrorText.Contains("chunk 7 of", StringComparison.Ordinal))), "all are told");
        Assert.Equal(TransferStatus.Ok, (await _devices[0].AskAsync(TransferKind.Metadata, "timestamp.json")).Status);
    }

    [Fact]
    public async Task The_log_tells_of_a_transfer_while_something_moves_and_once_when_it_is_over()
    {
        await StartAsync(2);
        await AskTogetherAsync(0, 41);
        await _devices.UntilAllHaveAsync(41);

        await AdvanceUntilLineAsync(TimeSpan.FromSeconds(10), "fetching models/");
        _time.Advance(TimeSpan.FromSeconds(10)); // nothing was sent since: no news
        await AdvanceUntilLineAsync(TimeSpan.FromSeconds(11), "was fetched by 2 devices");

        Assert.Single(_depot!.Lines, line => line.Contains("fetching models/", StringComparison.Ordinal));
    }

    private async Task AdvanceUntilLineAsync(TimeSpan time, string text)
    {
        _time.Advance(time);
        await Waiting.UntilAsync(() =>
        {
            // The depot counts from when it looks at the clock, which is anywhere in the time above: all of that may be left.
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return _depot!.Lines.Any(line => line.Contains(text, StringComparison.Ordinal));
        }, $"the log has \"{text}\"");
    }

    private async Task AskTogetherAsync(int offset, int count)
    {
        foreach (var device in _devices) await device.SendChunksAsync(_release, offset, count);
        await GatheredAsync(_devices.Count);
        Assert.All(_devices, d => Assert.Empty(d.Blobs)); // they wait for others
        _time.Advance(Collect);
    }

    private Task GatheredAsync(int requests) => Waiting.UntilAsync(() => _depot!.Figures.ChunkRequests == requests && _depot.InLine == 0, $"the group has {requests} requests");

    private async Task StartAsync(int devices)
    {
        _depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port, o => o with { CollectTime = Collect }, _time);
        for (var i = 0; i < devices; i++)
        {
            var device = await SimulatedDevice.ConnectAsync($"pi-{i}", _broker.Port);
            await device.ListenAsync(_release);
            _devices.Add(device);
        }
    }
}

file static class Devices
{
    internal static Task UntilAllHaveAsync(this List<SimulatedDevice> devices, int chunks) =>
        Waiting.UntilAsync(() => devices.All(d => d.Blobs.Count >= chunks), $"all devices have {chunks} chunks");
}
