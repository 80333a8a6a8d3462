using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>The second connection to the broker, for bulk only, so that it never delays an alarm. Opened when it is needed and closed a while after. Thread-safe.</summary>
/// <remarks>The session ends with the connection: a broker queues nothing for a device that has gone.</remarks>
internal sealed class BulkConnection : IAsyncDisposable
{
    /// <summary>MQTT 5.0, section 3.4.2.1: no matching subscribers.</summary>
    internal const int NobodyListens = 16;

    // Reaching nobody is told by the broker at once, in place of a silence of half a minute.
    private static readonly MqttPublishOptions RequestOptions = new() { NeedsSubscriber = true };

    private readonly Func<MqttSessionOptions> _makeOptions;
    private readonly EdgeTopics _topics;
    private readonly MqttTransportTimes _times;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<MqttSession> _logger;
    private readonly ConcurrentDictionary<long, IResponseReader> _readers = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ITimer _idle;
    private MqttSession? _session;
    private string _endpoint = "";
    private int _users;
    private long _stale;
    private bool _disposed;

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="makeOptions">Read at each opening, so that a renewed password is taken.</param>
    /// <param name="topics">Of this device.</param>
    /// <param name="times">How patient.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">For the session too.</param>
    internal BulkConnection(Func<MqttSessionOptions> makeOptions, EdgeTopics topics, MqttTransportTimes times, TimeProvider timeProvider, ILogger<MqttSession> logger)
    {
        (_makeOptions, _topics, _times, _timeProvider, _logger) = (makeOptions, topics, times, timeProvider, logger);
        _idle = timeProvider.CreateTimer(static self => _ = ((BulkConnection)self!).CloseIdleAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The broker, for messages; empty before the first opening.</summary>
    internal string Endpoint => _endpoint;

    /// <summary>The connection is there; it may have been closed because nobody used it.</summary>
    internal bool IsOpen => _session is not null;

    /// <summary>Answers that nobody waited for: late, to an earlier life, or to nothing at all.</summary>
    internal long Stale => Interlocked.Read(ref _stale);

    /// <summary>Opens the connection if it is not there, and holds it until <see cref="Release"/>.</summary>
    /// <exception cref="RepositoryUnavailableException">The broker cannot be reached.</exception>
    internal async Task AcquireAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _session ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref _users);
        }
        finally
        {
            _gate.Release();
        }

        try
        {
            await WaitUntilConnectedAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>Ends what <see cref="AcquireAsync"/> began.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        try
        {
            _idle.Change(_times.IdleClose, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile.
        }
    }

    /// <summary>Waits for the connection; at once when it is there.</summary>
    /// <exception cref="RepositoryUnavailableException">It did not come within <see cref="MqttTransportTimes.Connect"/>.</exception>
    internal async Task WaitUntilConnectedAsync(CancellationToken cancellationToken)
    {
        if (_session is not { } session) throw Closed();
        try
        {
            await session.WaitUntilConnectedAsync(cancellationToken).WaitAsync(_times.Connect, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new RepositoryUnavailableException(session.LastFault is { } fault
                ? $"the broker cannot be reached: {fault.Message}"
                : $"the broker at {_endpoint} cannot be reached within {_times.Connect.TotalSeconds:0} s");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Closed();
        }
    }

    /// <summary>Has the answers to a request go to a reader.</summary>
    internal void Expect(long id, IResponseReader reader) => _readers[id] = reader;

    /// <summary>Ends that.</summary>
    internal void Forget(long id) => _readers.TryRemove(id, out _);

    /// <summary>Sends a request; completes when the broker has it.</summary>
    /// <exception cref="MqttRefusedException">The broker does not take it, or nobody listens.</exception>
    /// <exception cref="MqttUnavailableException">The connection is down.</exception>
    internal Task SendAsync(TransferRequest request, CancellationToken cancellationToken)
        => _session is { } session
            ? session.PublishAsync(_topics.Request, JsonSerializer.SerializeToUtf8Bytes(request, TransferJsonContext.Default.TransferRequest), RequestOptions, cancellationToken)
            : Task.FromException(new MqttUnavailableException(MqttUnavailableReason.Stopped, Closed().Message));

    /// <summary>Listens to a filter until the result is disposed.</summary>
    /// <exception cref="RepositoryUnavailableException">The broker refuses it.</exception>
    internal async Task<IAsyncDisposable> ListenAsync(string filter, MqttInlineHandler handler, CancellationToken cancellationToken)
    {
        if (_session is not { } session) throw Closed();
        try
        {
            return await session.SubscribeInlineAsync(filter, MqttQualityOfService.AtMostOnce, handler, cancellationToken).ConfigureAwait(false);
        }
        catch (MqttRefusedException e)
        {
            throw new RepositoryUnavailableException($"the broker at {_endpoint} does not let this device listen to {filter}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _idle.DisposeAsync().ConfigureAwait(false);
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _disposed = true;
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static RepositoryUnavailableException Closed() => new("the connection for releases is closed");

    private async Task<MqttSession> OpenAsync(CancellationToken cancellationToken)
    {
        MqttSessionOptions options;
        try
        {
            options = _makeOptions();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RepositoryUnavailableException(e.Message, e);
        }

        _endpoint = $"{options.Host}:{options.Port}";
        TransferLog.Opening(_logger, _endpoint, options.ClientId);
        var session = new MqttSession(options, _timeProvider, _logger);
        try
        {
            // Before the start, so that it is in place before the first request of each connection.
            await session.SubscribeInlineAsync(_topics.AllResponses, MqttQualityOfService.AtMostOnce, OnResponse, cancellationToken).ConfigureAwait(false);
            var connections = 0;
            session.ConnectionChanged += (_, change) =>
            {
                // What was sent over the first one is not lost.
                if (change.State == MqttSessionState.Connected && connections++ > 0) OnReconnected();
            };
            session.Start();
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void OnReconnected()
    {
        foreach (var reader in _readers.Values.Distinct()) reader.OnReconnected();
    }

    private void OnResponse(string topic, ReadOnlySpan<byte> payload)
    {
        if (long.TryParse(topic.AsSpan(topic.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && _readers.TryGetValue(id, out var reader)
            && TransferResponse.TryReadHeader(payload, out var header))
        {
            reader.OnResponse(id, header, payload[TransferResponse.HeaderBytes..]);
        }
        else
        {
            Interlocked.Increment(ref _stale);
        }
    }

    private async Task CloseIdleAsync()
    {
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_users > 0 || _session is null) return;
            TransferLog.ClosedIdle(_logger, Math.Round(_times.IdleClose.TotalSeconds, 1));
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task CloseAsync()
    {
        if (_session is not { } session) return;
        _session = null;
        await session.DisposeAsync().ConfigureAwait(false);
    }
}
