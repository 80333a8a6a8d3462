using System.Text;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

public sealed class MqttTransportChunkTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>
{
    private const int ChunkBytes = 16 << 10;

    private readonly string _fleet = Road.NewFleet();

    private int Port => fixture.Broker.Port;

    [Fact]
    public async Task A_file_comes_in_file_order_within_the_window()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        var file = TestFile.Make((3 << 20) + 7, 64 << 10);
        depot.Serve(file);
        var sink = new MemorySink(file.Index);
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
        var asked = depot.Requests.Where(request => !request.Repair).SelectMany(ScriptedDepot.Wanted).ToList();
        Assert.Equal(asked.Order(), asked);
        Assert.InRange(ScriptedDepot.Wanted(depot.Requests.First()).Count(), 1, 4);
    }

    [Fact]
    public async Task Only_what_is_missing_is_asked_for()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        var file = TestFile.Make(40 * ChunkBytes, ChunkBytes);
        depot.Serve(file);
        var sink = new MemorySink(file.Index);
        int[] missing = [0, 7, 8, 31, 39];
        foreach (var number in Enumerable.Range(0, 40).Except(missing)) sink.Offer(number, file.Chunk(number).Span);
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(missing, depot.Requests.Where(request => !request.Repair).SelectMany(ScriptedDepot.Wanted));
        await road.FetchChunksAsync(file.Fetch, sink, default); // nothing is missing, nothing is asked
        Assert.Equal(file.Bytes, sink.File);
    }

    [Fact]
    public async Task Chunks_that_pass_by_for_others_are_taken_and_not_asked_for()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, new());
        var file = TestFile.Make(64 * ChunkBytes, ChunkBytes);
        depot.Serve(file);
        var first = true;
        depot.Script = async (request, _) =>
        {
            if (!first) return false;
            first = false;
            foreach (var number in Enumerable.Range(0, 64).Reverse()) await depot.BlobAsync(file, number);
            return true;
        };
        var sink = new MemorySink(file.Index);
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
        Assert.InRange(depot.Requests.SelectMany(ScriptedDepot.Wanted).Count(), 1, 40);
    }

    [Fact]
    public async Task A_device_with_a_cap_asks_for_itself_alone_and_keeps_to_it()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, configure: options => options.MaxBytesPerSecond = 1 << 20);
        var file = TestFile.Make(3 << 20, 64 << 10);
        depot.Serve(file);
        var sink = new MemorySink(file.Index);
        var start = TimeProvider.System.GetTimestamp();
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
        Assert.All(depot.Requests, request => Assert.True(request.Repair));
        // A second's worth passes at once; a slow machine only makes it longer.
        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task Half_of_all_answers_lost_is_repaired()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        var file = TestFile.Make(60 * ChunkBytes, ChunkBytes);
        depot.Serve(file);
        var random = new Random(5);
        depot.Loses = () => random.Next(2) == 0;
        var sink = new MemorySink(file.Index);
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
        Assert.Contains(depot.Requests, request => request.Repair);
    }

    [Fact]
    public async Task A_link_that_is_cut_again_and_again_only_delays()
    {
        using var proxy = new TcpProxy(Port);
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(proxy.Port, _fleet);
        var file = TestFile.Make(2 << 20, ChunkBytes);
        depot.Serve(file);
        var random = new Random(6);
        proxy.CutEvery(() => random.Next(200_000, 600_000));
        var sink = new MemorySink(file.Index);
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
        Assert.True(proxy.Connections > 1);
    }

    [Fact]
    public async Task A_delayed_link_is_used_without_asking_for_anything_twice()
    {
        using var proxy = new TcpProxy(Port) { Delay = TimeSpan.FromMilliseconds(15) };
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(proxy.Port, _fleet, new() { LeastChunkWait = TimeSpan.FromSeconds(15), LongestChunkWait = TimeSpan.FromSeconds(30) });
        var file = TestFile.Make(1 << 20, ChunkBytes);
        depot.Serve(file);
        var sink = new MemorySink(file.Index);
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
        Assert.DoesNotContain(depot.Requests, request => request.Repair);
        Assert.Equal(0, sink.Duplicates);
    }

    [Fact]
    public async Task A_broker_that_restarts_in_the_middle_only_delays()
    {
        using var broker = MosquittoBroker.Start();
        await using var depot = await ScriptedDepot.StartAsync(broker.Port, _fleet);
        await using var road = Road.Open(broker.Port, _fleet);
        var file = TestFile.Make(2 << 20, ChunkBytes);
        depot.Serve(file);
        var sink = new MemorySink(file.Index);
        var restart = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sink.BeforeTaken = number =>
        {
            if (sink.Missing == 64) restart.TrySetResult();
        };
        var fetch = road.FetchChunksAsync(file.Fetch, sink, default);
        await restart.Task;
        broker.Kill();
        broker.Restart();
        await fetch;
        Assert.Equal(file.Bytes, sink.File);
    }

    [Fact]
    public async Task A_depot_that_dies_ends_in_a_message_that_says_how_much_is_missing()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, Road.Times with { NoProgress = TimeSpan.FromSeconds(2) });
        var file = TestFile.Make(64 * ChunkBytes, ChunkBytes);
        depot.Serve(file);
        var answered = 0;
        depot.Loses = () => answered++ >= 10;
        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => road.FetchChunksAsync(file.Fetch, new MemorySink(file.Index), default));
        Assert.Contains(" of 64 chunks are missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("Is a depot running", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_depot_the_message_says_that_nobody_listens()
    {
        await using var road = Road.Open(Port, _fleet, Road.Times with { NoProgress = TimeSpan.FromSeconds(1) });
        var file = TestFile.Make(ChunkBytes, ChunkBytes);
        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => road.FetchChunksAsync(file.Fetch, new MemorySink(file.Index), default));
        Assert.Contains("nobody listens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drip_is_no_road()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, Road.Times with { PacePeriod = TimeSpan.FromSeconds(1), SlowestBytesPerSecond = 40 * ChunkBytes });
        var file = TestFile.Make(64 * ChunkBytes, ChunkBytes);
        depot.Serve(file);
        var sent = 0;
        depot.Script = async (request, device) =>
        {
            await Task.Delay(200);
            await depot.AnswerChunkAsync(device, request.Id, file, sent++);
            return true;
        };
        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => road.FetchChunksAsync(file.Fetch, new MemorySink(file.Index), default));
        Assert.Contains("bytes in 1 s", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("length lies")]
    [InlineData("number past the end")]
    [InlineData("number past all")]
    [InlineData("another file's")]
    [InlineData("another file's on blob")]
    public async Task A_few_wrong_chunks_are_asked_for_again_and_nothing_wrong_is_written(string wrong)
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        var file = TestFile.Make(40 * ChunkBytes, ChunkBytes);
        var other = TestFile.Make(40 * ChunkBytes, ChunkBytes, seed: 2);
        depot.Serve(file);
        var left = 5;
        depot.Script = async (request, device) =>
        {
            foreach (var number in ScriptedDepot.Wanted(request))
            {
                if (left == 0)
                {
                    await depot.AnswerChunkAsync(device, request.Id, file, number);
                    continue;
                }

                left--;
                await depot.LieAsync(wrong, device, request.Id, file, other, number);
            }

            return true;
        };
        var sink = new MemorySink(file.Index);
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("length lies")]
    [InlineData("number past all")]
    [InlineData("another file's")]
    [InlineData("another file's on blob")]
    public async Task A_depot_that_brings_only_wrong_chunks_is_given_up(string wrong)
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        var file = TestFile.Make(40 * ChunkBytes, ChunkBytes);
        var other = TestFile.Make(40 * ChunkBytes, ChunkBytes, seed: 2);
        depot.Script = async (request, device) =>
        {
            foreach (var number in ScriptedDepot.Wanted(request)) await depot.LieAsync(wrong, device, request.Id, file, other, number);
            return true;
        };
        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => road.FetchChunksAsync(file.Fetch, new MemorySink(file.Index), default));
        Assert.Contains("16 messages that are no", error.Message, StringComparison.Ordinal);
        Assert.Contains(file.Fetch.FileName, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doubled_and_shuffled_chunks_and_answers_to_older_requests_do_no_harm()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        var file = TestFile.Make(100 * ChunkBytes, ChunkBytes);
        depot.Serve(file);
        var random = new Random(7);
        var held = new List<(long Id, int Number)>();
        depot.Script = async (request, device) =>
        {
            held.AddRange(ScriptedDepot.Wanted(request).SelectMany(number => new[] { (request.Id, number), (request.Id, number) }));
            var shuffled = held.ToArray();
            random.Shuffle(shuffled);
            held.Clear();
            // A quarter comes with the next request, under its old number.
            held.AddRange(shuffled.Take(shuffled.Length / 4));
            foreach (var (id, number) in shuffled.Skip(shuffled.Length / 4)) await depot.AnswerChunkAsync(device, id, file, number);
            return true;
        };
        var sink = new MemorySink(file.Index);
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
        Assert.True(sink.Duplicates > 0);
        Assert.Equal(0, sink.Wrong);
    }

    [Fact]
    public async Task A_busy_depot_gets_its_rest_and_then_the_whole_file_is_fetched()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, Road.Times with { NoProgress = TimeSpan.FromSeconds(5) });
        var file = TestFile.Make(30 * ChunkBytes, ChunkBytes);
        depot.Serve(file);
        var times = new List<DateTimeOffset>();
        depot.Script = async (request, device) =>
        {
            times.Add(TimeProvider.System.GetUtcNow());
            if (times.Count > 1) return false;
            await depot.AnswerAsync(device, request.Id, TransferStatus.Busy, retryAfter: 1);
            return true;
        };
        var sink = new MemorySink(file.Index);
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
        Assert.True(times[1] - times[0] >= TimeSpan.FromSeconds(0.9), $"asked again after {times[1] - times[0]}");
    }

    [Fact]
    public async Task An_index_that_the_depot_does_not_have_ends_with_its_name()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        var file = TestFile.Make(ChunkBytes, ChunkBytes);
        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => road.FetchChunksAsync(file.Fetch, new MemorySink(file.Index), default));
        Assert.Contains(file.Fetch.IndexName, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_words_of_a_depot_that_refuses_reach_the_person()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        var file = TestFile.Make(ChunkBytes, ChunkBytes);
        depot.Script = async (request, device) =>
        {
            await depot.AnswerAsync(device, request.Id, TransferStatus.Error, bytes: Encoding.UTF8.GetBytes("the disk of the depot is broken"));
            return true;
        };
        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => road.FetchChunksAsync(file.Fetch, new MemorySink(file.Index), default));
        Assert.Contains("the disk of the depot is broken", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_ends_the_fetch_with_what_the_disk_said()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        var file = TestFile.Make(30 * ChunkBytes, ChunkBytes);
        depot.Serve(file);
        var sink = new MemorySink(file.Index) { BeforeTaken = number => { if (number == 9) throw new IOException("no space left"); } };
        Assert.Equal("no space left", (await Assert.ThrowsAsync<IOException>(() => road.FetchChunksAsync(file.Fetch, sink, default))).Message);
        sink.BeforeTaken = static _ => { };
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
    }

    [Fact]
    public async Task A_cancelled_fetch_ends_and_the_next_one_goes_on()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        var file = TestFile.Make(60 * ChunkBytes, ChunkBytes);
        depot.Serve(file);
        using var cancellation = new CancellationTokenSource();
        var sink = new MemorySink(file.Index) { BeforeTaken = number => { if (number == 9) cancellation.Cancel(); } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => road.FetchChunksAsync(file.Fetch, sink, cancellation.Token));
        sink.BeforeTaken = static _ => { };
        await road.FetchChunksAsync(file.Fetch, sink, default);
        Assert.Equal(file.Bytes, sink.File);
    }
}
