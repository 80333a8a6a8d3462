using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>The device's own road to the real depot.</summary>
public sealed class MqttRoadTests
{
    private const int ReleaseBytes = (3 << 20) + 11;

    [Fact]
    public async Task Whole_files_come_from_the_depot_and_what_it_does_not_have_is_not_found()
    {
        using var broker = MosquittoBroker.Start();
        using var repository = await SignedRepository.MakeAsync();
        var release = await repository.AddAsync("1.0.0", ReleaseBytes);
        await using var depot = await RunningDepot.StartAsync(repository.Path, broker.Port);
        await using var road = Open(broker.Port, "press-1");
        Assert.Equal(repository.Timestamp(), (await road.FetchAsync(TransferKind.Metadata, "timestamp.json", 16_384, default)).Bytes.ToArray());
        Assert.Equal(release.Index.ToBytes(), (await road.FetchAsync(TransferKind.Target, release.IndexName, 4 << 20, default)).Bytes.ToArray());
        Assert.True((await road.FetchAsync(TransferKind.Metadata, "2.root.json", 65_536, default)).IsNotFound);
    }

    [Fact]
    public async Task One_device_fetches_a_release()
    {
        using var broker = MosquittoBroker.Start();
        using var repository = await SignedRepository.MakeAsync();
        var release = await repository.AddAsync("1.0.0", ReleaseBytes);
        await using var depot = await RunningDepot.StartAsync(repository.Path, broker.Port);
        Assert.Equal(release.Content, await FetchAsync(broker.Port, "press-1", release));
    }

    [Fact]
    public async Task Several_devices_at_a_time_all_get_it_and_share_what_is_sent()
    {
        using var broker = MosquittoBroker.Start();
        using var repository = await SignedRepository.MakeAsync();
        var release = await repository.AddAsync("1.0.0", ReleaseBytes);
        await using var depot = await RunningDepot.StartAsync(repository.Path, broker.Port);
        var files = await Task.WhenAll(Enumerable.Range(1, 5).Select(i => FetchAsync(broker.Port, $"press-{i}", release)));
        Assert.All(files, file => Assert.Equal(release.Content, file));
        Assert.True(depot.Figures.SharedBytes > 0, $"{depot.Figures}");
    }

    [Fact]
    public async Task A_depot_that_is_killed_in_the_middle_is_replaced_by_the_other_one()
    {
        using var broker = MosquittoBroker.Start();
        using var repository = await SignedRepository.MakeAsync();
        var release = await repository.AddAsync("1.0.0", ReleaseBytes);
        await using var depot = await RunningDepot.StartAsync(repository.Path, broker.Port);
        await using var other = await RunningDepot.StartAsync(repository.Path, broker.Port);
        var killed = Task.CompletedTask;
        var sink = new CheckedSink(release);
        sink.HalfWay = () => killed = depot.KillAsync().AsTask();
        Assert.Equal(release.Content, await FetchAsync(broker.Port, "press-1", release, sink));
        await killed;
    }

    [Fact]
    public async Task A_link_that_is_cut_again_and_again_only_delays()
    {
        using var broker = MosquittoBroker.Start();
        using var proxy = new TcpProxy(broker.Port);
        using var repository = await SignedRepository.MakeAsync();
        var release = await repository.AddAsync("1.0.0", ReleaseBytes);
        await using var depot = await RunningDepot.StartAsync(repository.Path, broker.Port);
        var random = new Random(8);
        proxy.CutEvery(() => random.Next(300_000, 900_000));
        Assert.Equal(release.Content, await FetchAsync(proxy.Port, "press-1", release));
        Assert.True(proxy.Connections > 1);
    }

    private static MqttTransport Open(int port, string device) => new(new BrokerOptions { Host = "127.0.0.1", Port = port, ReconnectMaxSeconds = 1 }, new UpdateOptions(),
        new DeviceIdentity(RunningDepot.Fleet, device, "boot", "1.0"), TimeProvider.System, NullLogger<MqttSession>.Instance,
        new MqttTransportTimes { ReconnectInitial = TimeSpan.FromMilliseconds(50) });

    private static async Task<byte[]> FetchAsync(int port, string device, SignedRelease release, CheckedSink? sink = null)
    {
        sink ??= new CheckedSink(release);
        await using var road = Open(port, device);
        await road.FetchChunksAsync(new ChunkFetch(release.Index, release.IndexName, release.BlobId, release.Name), sink, default);
        return sink.Content;
    }

    /// <summary>Takes chunks into memory.</summary>
    private sealed class CheckedSink(SignedRelease release) : IChunkSink
    {
        private readonly Lock _gate = new();
        private readonly bool[] _here = new bool[release.Index.Count];
        private int _missing = release.Index.Count;

        internal byte[] Content { get; } = new byte[release.Content.Length];

        internal Action HalfWay { get; set; } = static () => { };

        public int Missing => Volatile.Read(ref _missing);

        public bool IsMissing(int number) => !Volatile.Read(ref _here[number]);

        public ChunkOutcome Offer(int number, ReadOnlySpan<byte> bytes)
        {
            lock (_gate)
            {
                if (!release.Index.IsChunk(number, bytes)) return ChunkOutcome.Wrong;
                if (_here[number]) return ChunkOutcome.Duplicate;
                bytes.CopyTo(Content.AsSpan((int)release.Index[number].Offset));
                _here[number] = true;
                _missing--;
                if (_missing == release.Index.Count / 2) HalfWay();
                return ChunkOutcome.Taken;
            }
        }
    }
}
