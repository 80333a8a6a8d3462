using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

public sealed class MqttTransportFileTests(BrokerFixture fixture) : IClassFixture<BrokerFixture>
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    private readonly string _fleet = Road.NewFleet();

    private int Port => fixture.Broker.Port;

    private static byte[] Random(int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        return content;
    }

    private static async Task<string> FailAsync(MqttTransport road) =>
        (await Assert.ThrowsAsync<RepositoryUnavailableException>(() => road.FetchAsync(TransferKind.Metadata, "timestamp.json", 16_384, default).AsTask())).Message;

    [Theory]
    [InlineData(1)]
    [InlineData(131_072)]
    [InlineData(131_073)]
    [InlineData(1_000_000)]
    public async Task A_file_comes_whole_in_one_part_or_many(int length)
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        depot.Files["target/models/vision/ab.1.chunks"] = Random(length);
        var result = await road.FetchAsync(TransferKind.Target, "models/vision/ab.1.chunks", 1 << 20, default);
        Assert.Equal(Random(length), result.Bytes.ToArray());
        var request = Assert.Single(depot.Requests);
        Assert.Equal(1 << 20, request.MaxBytes);
        Assert.InRange(request.Id, 1, 1L << 53);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_at_once_and_is_asked_for_once()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        Assert.True((await road.FetchAsync(TransferKind.Metadata, "2.root.json", 65_536, default)).IsNotFound);
        Assert.Single(depot.Requests);
    }

    [Fact]
    public async Task A_file_that_is_longer_than_allowed_is_too_long_whatever_the_depot_does()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        depot.Files["meta/snapshot.json"] = Random(1001);
        Assert.True((await road.FetchAsync(TransferKind.Metadata, "snapshot.json", 1000, default)).IsTooLong);
    }

    [Fact]
    public async Task Without_a_depot_the_message_says_what_was_asked_and_what_to_look_at()
    {
        await using var road = Road.Open(Port, _fleet, Road.Times with { Answer = Soon });
        var message = await FailAsync(road);
        Assert.Contains("metadata/timestamp.json was asked for 3 times", message, StringComparison.Ordinal);
        Assert.Contains($"nobody listens to er/1/{_fleet}/device/press-7/request", message, StringComparison.Ordinal);
        Assert.Contains("edgefleet depot", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_depot_that_keeps_silent_ends_in_a_message_that_says_what_was_asked_and_what_to_look_at()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, Road.Times with { Answer = Soon });
        depot.Script = static (_, _) => Task.FromResult(true);
        var message = await FailAsync(road);
        Assert.Contains("metadata/timestamp.json was asked for 3 times", message, StringComparison.Ordinal);
        Assert.Contains($"may this device write er/1/{_fleet}/device/press-7/request", message, StringComparison.Ordinal);
        Assert.Equal(3, depot.Requests.Select(request => request.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_broker_that_is_not_there_ends_in_a_message_with_its_address()
    {
        var port = MosquittoBroker.FreePort();
        await using var road = Road.Open(port, _fleet, Road.Times with { Connect = Soon });
        var message = await FailAsync(road);
        Assert.Contains($"127.0.0.1:{port}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_words_of_a_depot_that_refuses_reach_the_person_without_control_characters()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        depot.AnswerAll(TransferStatus.Error, "the name has\u001b[31m '..' in it");
        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => road.FetchAsync(TransferKind.Target, "a", 1000, default).AsTask());
        Assert.Equal("the depot refuses targets/a: the name has [31m '..' in it", error.Message);
        Assert.Single(depot.Requests);
    }

    [Fact]
    public async Task Lost_answers_are_asked_for_again()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, Road.Times with { Answer = Soon });
        depot.Files["meta/timestamp.json"] = Random(500);
        var lost = 0;
        depot.Loses = () => lost++ < 2;
        var result = await road.FetchAsync(TransferKind.Metadata, "timestamp.json", 16_384, default);
        Assert.Equal(500, result.Bytes.Length);
        Assert.Equal(3, depot.Requests.Count);
    }

    [Fact]
    public async Task An_answer_that_comes_after_the_question_was_repeated_is_taken()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, Road.Times with { Answer = Soon });
        var first = 0L;
        depot.Script = async (request, device) =>
        {
            if (first == 0) first = request.Id;
            else await depot.AnswerFileAsync(device, first, Random(300));
            return true;
        };
        Assert.Equal(Random(300), (await road.FetchAsync(TransferKind.Metadata, "timestamp.json", 16_384, default)).Bytes.ToArray());
    }

    [Fact]
    public async Task A_busy_depot_is_left_alone_for_as_long_as_it_says()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        depot.Files["meta/timestamp.json"] = Random(500);
        var times = depot.BeBusyOnce();
        Assert.Equal(500, (await road.FetchAsync(TransferKind.Metadata, "timestamp.json", 16_384, default)).Bytes.Length);
        Assert.Equal(2, times.Count);
        Assert.True(times[1] - times[0] >= TimeSpan.FromSeconds(0.9), $"asked again after {times[1] - times[0]}");
    }

    [Fact]
    public async Task What_a_busy_depot_had_begun_to_answer_is_not_kept()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        depot.Files["target/a"] = Random(800);
        var first = 0L;
        depot.Script = async (request, device) =>
        {
            if (first == 0)
            {
                first = request.Id;
                await depot.AnswerAsync(device, first, TransferStatus.Ok, 0, 2, 800, new byte[400]);
                await depot.AnswerAsync(device, first, TransferStatus.Busy, retryAfter: 1);
                return true;
            }

            await depot.AnswerAsync(device, first, TransferStatus.Ok, 1, 2, 800, new byte[400]);
            return false;
        };
        Assert.Equal(Random(800), (await road.FetchAsync(TransferKind.Target, "a", 1 << 20, default)).Bytes.ToArray());
        Assert.Equal(2, depot.Requests.Count);
    }

    [Fact]
    public async Task A_depot_that_is_busy_for_ever_is_given_up()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, Road.Times with { Busy = TimeSpan.FromSeconds(1.5) });
        depot.AnswerAll(TransferStatus.Busy, retryAfter: 1);
        var message = await FailAsync(road);
        Assert.Contains("too busy for metadata/timestamp.json", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parts change")]
    [InlineData("length changes")]
    [InlineData("bytes change")]
    [InlineData("endless")]
    [InlineData("too short")]
    [InlineData("part past the end")]
    [InlineData("no parts")]
    public async Task Parts_that_contradict_each_other_are_refused_and_the_file_is_asked_for_again(string lie)
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        depot.PartBytes = 400;
        depot.Files["meta/1.root.json"] = Random(1000);
        var asked = 0;
        depot.Script = async (request, device) =>
        {
            if (asked++ > 0) return false;
            var bytes = new byte[400];
            Task Part(uint part, uint parts, uint length, byte fill = 0)
            {
                bytes.AsSpan().Fill(fill);
                return depot.AnswerAsync(device, request.Id, TransferStatus.Ok, part, parts, length, bytes);
            }

            if (lie is not "no parts" and not "part past the end") await Part(0, 3, 1000);
            switch (lie)
            {
                case "parts change": await Part(1, 4, 1000); break;
                case "length changes": await Part(1, 3, 1001); break;
                case "bytes change": await Part(0, 3, 1000, fill: 1); break;
                case "endless": await Part(1, 3, 1000); await Part(2, 3, 1000); break;
                case "too short": await Part(1, 3, 1000); await depot.AnswerAsync(device, request.Id, TransferStatus.Ok, 2, 3, 1000, bytes.AsMemory(0, 1)); break;
                case "part past the end": await Part(3, 3, 1000); break;
                default: await Part(0, 0, 1000); break;
            }

            return true;
        };
        Assert.Equal(Random(1000), (await road.FetchAsync(TransferKind.Metadata, "1.root.json", 65_536, default)).Bytes.ToArray());
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_depot_that_always_contradicts_itself_is_given_up_with_what_it_said()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        depot.Script = async (request, device) =>
        {
            await depot.AnswerAsync(device, request.Id, TransferStatus.Ok, 5, 2, 1000, new byte[10]);
            return true;
        };
        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => road.FetchAsync(TransferKind.Metadata, "1.root.json", 65_536, default).AsTask());
        Assert.Contains("part 5 of 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_drip_is_given_up()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, Road.Times with { WholeFile = TimeSpan.FromSeconds(1), SlowestBytesPerSecond = 1000 });
        using var stop = new CancellationTokenSource();
        depot.Script = (request, device) =>
        {
            _ = Task.Run(async () =>
            {
                for (uint i = 0; i < 900 && !stop.IsCancellationRequested; i++)
                {
                    await depot.AnswerAsync(device, request.Id, TransferStatus.Ok, i, 1000, 1000, new byte[1]);
                    await Task.Delay(50);
                }
            });
            return Task.FromResult(true);
        };
        var error = await Assert.ThrowsAsync<RepositoryUnavailableException>(() => road.FetchAsync(TransferKind.Metadata, "1.root.json", 65_536, default).AsTask());
        await stop.CancelAsync();
        Assert.Contains("of 1000 parts", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_to_requests_of_an_earlier_life_are_not_taken()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using (var earlier = Road.Open(Port, _fleet, Road.Times with { Answer = Soon, Attempts = 1 }))
        {
            depot.Script = static (_, _) => Task.FromResult(true);
            await FailAsync(earlier);
        }

        Assert.True(depot.Requests.TryPeek(out var old));
        depot.Files["meta/timestamp.json"] = Random(7);
        depot.Script = async (request, device) =>
        {
            await depot.AnswerFileAsync(device, old.Id, Random(500));
            return false;
        };
        await using var road = Road.Open(Port, _fleet);
        Assert.Equal(Random(7), (await road.FetchAsync(TransferKind.Metadata, "timestamp.json", 16_384, default)).Bytes.ToArray());
        Assert.Equal(1, road.StaleAnswers);
    }

    [Fact]
    public async Task Rubbish_on_the_topic_is_passed_over()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        depot.Files["meta/timestamp.json"] = Random(500);
        depot.Script = async (request, device) =>
        {
            var topic = $"er/1/{_fleet}/device/{device}/response/";
            await depot.PublishAsync(topic + request.Id, new byte[3]);
            await depot.PublishAsync(topic + request.Id, new byte[TransferResponse.HeaderBytes + TransferResponse.MaxPartBytes + 1]);
            await depot.PublishAsync(topic + "x", new byte[100]);
            await depot.PublishAsync(topic + "99999999999999999999999", new byte[100]);
            await depot.PublishAsync(topic + "-1", new byte[100]);
            return false;
        };
        Assert.Equal(500, (await road.FetchAsync(TransferKind.Metadata, "timestamp.json", 16_384, default)).Bytes.Length);
        Assert.Equal(5, road.StaleAnswers);
    }

    [Fact]
    public async Task The_connection_is_closed_when_nobody_needs_it_and_opened_again()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet, Road.Times with { IdleClose = TimeSpan.FromMilliseconds(50) });
        depot.Files["meta/timestamp.json"] = Random(500);
        Assert.False(road.IsOpen);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(500, (await road.FetchAsync(TransferKind.Metadata, "timestamp.json", 16_384, default)).Bytes.Length);
            while (road.IsOpen) await Task.Delay(10);
        }
    }

    [Fact]
    public async Task A_broker_that_restarts_between_question_and_answer_loses_nothing()
    {
        using var broker = MosquittoBroker.Start();
        await using var depot = await ScriptedDepot.StartAsync(broker.Port, _fleet);
        await using var road = Road.Open(broker.Port, _fleet, Road.Times with { Attempts = 20 });
        depot.Files["meta/timestamp.json"] = Random(500);
        var asked = 0;
        depot.Script = (_, _) =>
        {
            if (asked++ > 0) return Task.FromResult(false);
            broker.Restart();
            return Task.FromResult(true);
        };
        Assert.Equal(500, (await road.FetchAsync(TransferKind.Metadata, "timestamp.json", 16_384, default)).Bytes.Length);
    }

    [Fact]
    public async Task Many_files_can_be_fetched_at_a_time()
    {
        await using var depot = await ScriptedDepot.StartAsync(Port, _fleet);
        await using var road = Road.Open(Port, _fleet);
        for (var i = 1; i <= 20; i++) depot.Files[$"target/{i}"] = Random(i * 1000);
        var results = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => road.FetchAsync(TransferKind.Target, $"{i}", 1 << 20, default).AsTask()));
        for (var i = 1; i <= 20; i++) Assert.Equal(Random(i * 1000), results[i - 1].Bytes.ToArray());
    }

    [Fact]
    public async Task Without_a_broker_in_the_configuration_the_message_names_the_key()
    {
        await using var road = new MqttTransport(new(), new(), new("plant", "press-7", "boot", "1.0"), TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<EdgeRunner.Messaging.Mqtt.MqttSession>.Instance);
        var message = await FailAsync(road);
        Assert.Contains("broker.host", message, StringComparison.Ordinal);
    }
}
