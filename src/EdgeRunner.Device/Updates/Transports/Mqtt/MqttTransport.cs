using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>The road over the broker: asks depots on the device's own topics, and takes chunks from there and from <c>blob/</c> (docs/updates.md, Roads).</summary>
internal sealed class MqttTransport : IUpdateTransport
{
    private readonly EdgeTopics _topics;
    private readonly UpdateOptions _options;
    private readonly MqttTransportTimes _times;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<MqttSession> _logger;
    private readonly BulkConnection? _connection;
    private readonly RequestIds _ids = new();

    /// <summary>Connects to nothing before something is asked for.</summary>
    /// <param name="broker">The daemon's section <c>broker</c>; without a host every request fails.</param>
    /// <param name="options">The section <c>updates</c>.</param>
    /// <param name="identity">Of this device.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">For the session and the transfers.</param>
    /// <param name="times">How patient; null for what ships.</param>
    internal MqttTransport(BrokerOptions broker, UpdateOptions options, DeviceIdentity identity, TimeProvider timeProvider, ILogger<MqttSession> logger, MqttTransportTimes? times = null)
    {
        (_options, _timeProvider, _logger, _times) = (options, timeProvider, logger, times ?? new());
        _topics = new EdgeTopics(identity.Fleet, identity.Id);
        if (broker.Host is not null) _connection = new BulkConnection(() => SessionOptions(broker, identity), _topics, _times, timeProvider, logger);
    }

    /// <inheritdoc/>
    public string Name => "mqtt";

    /// <summary>The second connection is there.</summary>
    internal bool IsOpen => _connection?.IsOpen ?? false;

    /// <summary>Answers that nobody waited for.</summary>
    internal long StaleAnswers => _connection?.Stale ?? 0;

    /// <inheritdoc/>
    public async ValueTask<FetchResult> FetchAsync(TransferKind kind, string name, int maxBytes, CancellationToken cancellationToken)
    {
        if (kind == TransferKind.Chunk) throw new ArgumentException("chunks are fetched with FetchChunksAsync", nameof(kind));
        var connection = Connection();
        await connection.AcquireAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var question = new FileQuestion(connection, _ids, kind, name, maxBytes, _topics, _times, _timeProvider, _logger);
            return await question.AskAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            connection.Release();
        }
    }

    /// <inheritdoc/>
    public async Task FetchChunksAsync(ChunkFetch fetch, IChunkSink sink, CancellationToken cancellationToken)
    {
        if (sink.Missing == 0) return;
        var connection = Connection();
        await connection.AcquireAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var transfer = new ChunkTransfer(connection, _ids, fetch, sink, _options.WindowBytes, _options.MaxBytesPerSecond, _times, _timeProvider, _logger);
            await transfer.RunAsync(_topics.Fleet, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            connection.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private BulkConnection Connection()
        => _connection ?? throw new RepositoryUnavailableException("updates.sources names mqtt, but there is no broker.host in the configuration");

    private MqttSessionOptions SessionOptions(BrokerOptions broker, DeviceIdentity identity) => BrokerSession.OptionsOf(broker, $"{broker.ClientId ?? identity.Id}-bulk") with
    {
        CleanStart = true,
        SessionExpiry = TimeSpan.Zero,
        ReconnectInitialDelay = _times.ReconnectInitial,
        // Somebody waits for this one: a transfer gives up before a wait of a minute is over.
        ReconnectMaxDelay = TimeSpan.FromSeconds(Math.Min(broker.ReconnectMaxSeconds, 10)),
        MaxPacketSizeBytes = Math.Max(broker.MaxPacketBytes, TransferResponse.HeaderBytes + TransferResponse.MaxPartBytes + 1024),
    };
}
