using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>The device's own road to the real depot.</summary>
public sealed class MqttRoadTests : IAsyncLifetime
{
    private const int ReleaseBytes = (3 << 20) + 11;

    private readonly MosquittoBroker _broker = MosquittoBroker.Start();
    private SignedRepository _repository = null!;
    private SignedRelease _release = null!;
    private RunningDepot _depot = null!;

    public async Task InitializeAsync()
    {
        _repository = await SignedRepository.CreateAsync(TimeProvider.System);
        _release = await _repository.AddAsync("1.0.0", ReleaseBytes);
        _depot = await RunningDepot.StartAsync(_repository.Path, _broker.Port);
    }

    public async Task DisposeAsync()
    {
        await _depot.DisposeAsync();
        _repository.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task Whole_files_come_from_the_depot_and_what_it_does_not_have_is_not_found()
    {
        await using var road = Open(_broker.Port, "press-1");
        Assert.Equal(_repository.Timestamp(), (await road.FetchAsync(TransferKind.Metadata, "timestamp.json", 16_384, default)).Bytes.ToArray());
        Assert.Equal(_release.Index.ToBytes(), (await road.FetchAsync(TransferKind.Target, _release.IndexName, 4 << 20, default)).Bytes.ToArray());
        Assert.True((await road.FetchAsync(TransferKind.Metadata, "2.root.json", 65_536, default)).IsNotFound);
    }

    [Fact]
    public async Task One_device_fetches_a_release()
    {
        Assert.Equal(_release.Content, await FetchAsync(_broker.Port, "press-1", _release));
    }

    [Fact]
    public async Task Several_devices_at_a_time_all_get_it_and_share_what_is_sent()
    {
        var files = await Task.WhenAll(Enumerable.Range(1, 5).Select(i => FetchAsync(_broker.Port, $"press-{i}", _release)));
        Assert.All(files, file => Assert.Equal(_release.Content, file));
        Assert.True(_depot.Figures.SharedBytes > 0, $"{_depot.Figures}");
    }

    [Fact]
    public async Task A_depot_that_is_killed_in_the_middle_is_replaced_by_the_other_one()
    {
        await using var other = await RunningDepot.StartAsync(_repository.Path, _broker.Port);
        var killed = Task.CompletedTask;
        var sink = new CheckedSink(_release);
        sink.HalfWay = () => killed = _depot.KillAsync().AsTask();
        Assert.Equal(_release.Content, await FetchAsync(_broker.Port, "press-1", _release, sink));
        await killed;
    }

    [Fact]
    public async Task A_link_that_is_cut_again_and_again_only_delays()
    {
        using var proxy = new TcpProxy(_broker.Port);
        var random = new Random(8);
        proxy.CutEvery(() => random.Next(300_000, 900_000));
        Assert.Equal(_release.Content, await FetchAsync(proxy.Port, "press-1", _release));
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
