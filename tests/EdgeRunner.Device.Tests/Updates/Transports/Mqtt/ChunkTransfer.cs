using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

/// <summary>One file on its way from a depot, which serves it, over a device's road into memory.</summary>
internal sealed class ChunkTransfer : IAsyncDisposable
{
    private readonly MqttTransport _road;

    private ChunkTransfer(ScriptedDepot depot, MqttTransport road, TestFile file)
    {
        (Depot, _road, File) = (depot, road, file);
        Sink = new MemorySink(file.Index);
        depot.Serve(file);
    }

    internal ScriptedDepot Depot { get; }

    internal TestFile File { get; }

    internal MemorySink Sink { get; }

    /// <summary>The chunks that were asked for in the first place, not as a repair.</summary>
    internal IEnumerable<int> FirstWanted => Depot.Requests.Where(request => !request.Repair).SelectMany(ScriptedDepot.Wanted);

    /// <summary>Starts the depot and opens the road; fetches nothing yet.</summary>
    /// <param name="port">Of the broker.</param>
    /// <param name="fleet">Whose topics are used.</param>
    /// <param name="file">What is served.</param>
    /// <param name="times">Those of the road; null takes the ones for tests.</param>
    /// <param name="configure">Changes what the device is told.</param>
    /// <param name="roadPort">Of a proxy before the broker, for the road alone.</param>
    internal static async Task<ChunkTransfer> StartAsync(int port, string fleet, TestFile file, MqttTransportTimes? times = null, Action<UpdateOptions>? configure = null, int? roadPort = null) =>
        new(await ScriptedDepot.StartAsync(port, fleet), Road.Open(roadPort ?? port, fleet, times, configure: configure), file);

    /// <summary>Fetches what is missing.</summary>
    internal Task FetchAsync(CancellationToken cancellationToken = default) => _road.FetchChunksAsync(File.Fetch, Sink, cancellationToken);

    /// <summary>Fetches what is missing; then the file must be here, byte for byte.</summary>
    internal async Task FetchWholeAsync()
    {
        await FetchAsync();
        Assert.Equal(File.Bytes, Sink.File);
    }

    /// <summary>Fetches what must not come.</summary>
    /// <returns>What a person is told.</returns>
    internal async Task<string> FailAsync() => (await Assert.ThrowsAsync<RepositoryUnavailableException>(() => FetchAsync())).Message;

    public async ValueTask DisposeAsync()
    {
        await _road.DisposeAsync();
        await Depot.DisposeAsync();
    }
}
