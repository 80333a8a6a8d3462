using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

public sealed class MqttTransportChunkTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>
{
    private const int ChunkBytes = 16 << 10;

    private readonly string _fleet = Road.NewFleet();

    private int Port => fixture.Broker.Port;

    private Task<ChunkTransfer> StartAsync(int chunks, MqttTransportTimes? times = null) => StartAsync(TestFile.Make(chunks * ChunkBytes, ChunkBytes), times);

    private Task<ChunkTransfer> StartAsync(TestFile file, MqttTransportTimes? times = null) => ChunkTransfer.StartAsync(Port, _fleet, file, times);

    [Fact]
    public async Task A_file_comes_in_file_order_within_the_window()
    {
        await using var transfer = await StartAsync(TestFile.Make((3 << 20) + 7, 64 << 10));
        await transfer.FetchWholeAsync();
        var asked = transfer.FirstWanted.ToList();
        Assert.Equal(asked.Order(), asked);
        Assert.InRange(ScriptedDepot.Wanted(transfer.Depot.Requests.First()).Count(), 1, 4);
    }

    [Fact]
    public async Task Only_what_is_missing_is_asked_for()
    {
        await using var transfer = await StartAsync(chunks: 40);
        int[] missing = [0, 7, 8, 31, 39];
        foreach (var number in Enumerable.Range(0, 40).Except(missing)) transfer.Sink.Offer(number, transfer.File.Chunk(number).Span);
        await transfer.FetchAsync();
        Assert.Equal(missing, transfer.FirstWanted);
        await transfer.FetchWholeAsync(); // nothing is missing, nothing is asked
    }

    [Fact]
    public async Task Chunks_that_pass_by_for_others_are_taken_and_not_asked_for()
    {
        await using var transfer = await StartAsync(chunks: 64, new MqttTransportTimes());
        var first = true;
        transfer.Depot.Script = async (request, _) =>
        {
            if (!first) return false;
            first = false;
            foreach (var number in Enumerable.Range(0, 64).Reverse()) await transfer.Depot.BlobAsync(transfer.File, number);
            return true;
        };
        await transfer.FetchWholeAsync();
        Assert.InRange(transfer.Depot.Requests.SelectMany(ScriptedDepot.Wanted).Count(), 1, 40);
    }

    [Fact]
    public async Task A_device_with_a_cap_asks_for_itself_alone_and_keeps_to_it()
    {
        await using var transfer = await ChunkTransfer.StartAsync(Port, _fleet, TestFile.Make(3 << 20, 64 << 10), configure: options => options.MaxBytesPerSecond = 1 << 20);
        var start = TimeProvider.System.GetTimestamp();
        await transfer.FetchWholeAsync();
        Assert.All(transfer.Depot.Requests, request => Assert.True(request.Repair));
        // A second's worth passes at once; a slow machine only makes it longer.
        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task Half_of_all_answers_lost_is_repaired()
    {
        await using var transfer = await StartAsync(chunks: 60);
        var random = new Random(5);
        transfer.Depot.Loses = () => random.Next(2) == 0;
        await transfer.FetchWholeAsync();
        Assert.Contains(transfer.Depot.Requests, request => request.Repair);
    }

    [Fact]
    public async Task A_link_that_is_cut_again_and_again_only_delays()
    {
        using var proxy = new TcpProxy(Port);
        await using var transfer = await ChunkTransfer.StartAsync(Port, _fleet, TestFile.Make(2 << 20, ChunkBytes), roadPort: proxy.Port);
        var random = new Random(6);
        proxy.CutEvery(() => random.Next(200_000, 600_000));
        await transfer.FetchWholeAsync();
        Assert.True(proxy.Connections > 1);
    }

    [Fact]
    public async Task A_delayed_link_is_used_without_asking_for_anything_twice()
    {
        using var proxy = new TcpProxy(Port) { Delay = TimeSpan.FromMilliseconds(15) };
        var patient = new MqttTransportTimes { LeastChunkWait = TimeSpan.FromSeconds(15), LongestChunkWait = TimeSpan.FromSeconds(30) };
        await using var transfer = await ChunkTransfer.StartAsync(Port, _fleet, TestFile.Make(1 << 20, ChunkBytes), patient, roadPort: proxy.Port);
        await transfer.FetchWholeAsync();
        Assert.DoesNotContain(transfer.Depot.Requests, request => request.Repair);
        Assert.Equal(0, transfer.Sink.Duplicates);
    }

    [Fact]
    public async Task A_broker_that_restarts_in_the_middle_only_delays()
    {
        using var broker = MosquittoBroker.Start();
        await using var transfer = await ChunkTransfer.StartAsync(broker.Port, _fleet, TestFile.Make(2 << 20, ChunkBytes));
        var restart = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        transfer.Sink.BeforeTaken = number =>
        {
            if (transfer.Sink.Missing == 64) restart.TrySetResult();
        };
        var fetch = transfer.FetchWholeAsync();
        await restart.Task;
        broker.Kill();
        broker.Restart();
        await fetch;
    }

    [Fact]
    public async Task A_depot_that_dies_ends_in_a_message_that_says_how_much_is_missing()
    {
        await using var transfer = await StartAsync(chunks: 64, Road.Times with { NoProgress = TimeSpan.FromSeconds(2) });
        var answered = 0;
        transfer.Depot.Loses = () => answered++ >= 10;
        var message = await transfer.FailAsync();
        Assert.Contains(" of 64 chunks are missing", message, StringComparison.Ordinal);
        Assert.Contains("Is a depot running", message, StringComparison.Ordinal);
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
        await using var transfer = await StartAsync(chunks: 64, Road.Times with { PacePeriod = TimeSpan.FromSeconds(1), SlowestBytesPerSecond = 40 * ChunkBytes });
        var sent = 0;
        transfer.Depot.Script = async (request, device) =>
        {
            await Task.Delay(200);
            await transfer.Depot.AnswerChunkAsync(device, request.Id, transfer.File, sent++);
            return true;
        };
        Assert.Contains("bytes in 1 s", await transfer.FailAsync(), StringComparison.Ordinal);
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
        await using var transfer = await StartAsync(chunks: 40);
        LieAbout(transfer, wrong, times: 5);
        await transfer.FetchWholeAsync();
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("length lies")]
    [InlineData("number past all")]
    [InlineData("another file's")]
    [InlineData("another file's on blob")]
    public async Task A_depot_that_brings_only_wrong_chunks_is_given_up(string wrong)
    {
        await using var transfer = await StartAsync(chunks: 40);
        LieAbout(transfer, wrong, times: int.MaxValue);
        var message = await transfer.FailAsync();
        Assert.Contains("16 messages that are no", message, StringComparison.Ordinal);
        Assert.Contains(transfer.File.Fetch.FileName, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doubled_and_shuffled_chunks_and_answers_to_older_requests_do_no_harm()
    {
        await using var transfer = await StartAsync(chunks: 100);
        var random = new Random(7);
        var held = new List<(long Id, int Number)>();
        transfer.Depot.Script = async (request, device) =>
        {
            held.AddRange(ScriptedDepot.Wanted(request).SelectMany(number => new[] { (request.Id, number), (request.Id, number) }));
            var shuffled = held.ToArray();
            random.Shuffle(shuffled);
            held.Clear();
            // A quarter comes with the next request, under its old number.
            held.AddRange(shuffled.Take(shuffled.Length / 4));
            foreach (var (id, number) in shuffled.Skip(shuffled.Length / 4)) await transfer.Depot.AnswerChunkAsync(device, id, transfer.File, number);
            return true;
        };
        await transfer.FetchWholeAsync();
        Assert.True(transfer.Sink.Duplicates > 0);
        Assert.Equal(0, transfer.Sink.Wrong);
    }

    [Fact]
    public async Task A_busy_depot_gets_its_rest_and_then_the_whole_file_is_fetched()
    {
        await using var transfer = await StartAsync(chunks: 30, Road.Times with { NoProgress = TimeSpan.FromSeconds(5) });
        var times = transfer.Depot.BeBusyOnce();
        await transfer.FetchWholeAsync();
        Assert.True(times[1] - times[0] >= TimeSpan.FromSeconds(0.9), $"asked again after {times[1] - times[0]}");
    }

    [Fact]
    public async Task An_index_that_the_depot_does_not_have_ends_with_its_name()
    {
        await using var transfer = await StartAsync(chunks: 1);
        transfer.Depot.Chunked.Clear();
        Assert.Contains(transfer.File.Fetch.IndexName, await transfer.FailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_words_of_a_depot_that_refuses_reach_the_person()
    {
        await using var transfer = await StartAsync(chunks: 1);
        transfer.Depot.AnswerAll(TransferStatus.Error, "the disk of the depot is broken");
        Assert.Contains("the disk of the depot is broken", await transfer.FailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_ends_the_fetch_with_what_the_disk_said()
    {
        await using var transfer = await StartAsync(chunks: 30);
        transfer.Sink.BeforeTaken = number => { if (number == 9) throw new IOException("no space left"); };
        Assert.Equal("no space left", (await Assert.ThrowsAsync<IOException>(() => transfer.FetchAsync())).Message);
        transfer.Sink.BeforeTaken = static _ => { };
        await transfer.FetchWholeAsync();
    }

    [Fact]
    public async Task A_cancelled_fetch_ends_and_the_next_one_goes_on()
    {
        await using var transfer = await StartAsync(chunks: 60);
        using var cancellation = new CancellationTokenSource();
        transfer.Sink.BeforeTaken = number => { if (number == 9) cancellation.Cancel(); };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transfer.FetchAsync(cancellation.Token));
        transfer.Sink.BeforeTaken = static _ => { };
        await transfer.FetchWholeAsync();
    }

    // The first chunks that the depot sends are wrong ones.
    private static void LieAbout(ChunkTransfer transfer, string wrong, int times)
    {
        var other = TestFile.Make(40 * ChunkBytes, ChunkBytes, seed: 2);
        transfer.Depot.Script = async (request, device) =>
        {
            foreach (var number in ScriptedDepot.Wanted(request))
            {
                if (times-- > 0) await transfer.Depot.LieAsync(wrong, device, request.Id, transfer.File, other, number);
                else await transfer.Depot.AnswerChunkAsync(device, request.Id, transfer.File, number);
            }

            return true;
        };
    }
}
