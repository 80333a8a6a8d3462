using EdgeRunner.Messaging.Topics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>A lasting relation to one MQTT 5 broker: connects, reconnects with full jitter, renews subscriptions, and completes a publish
/// only when the broker has acknowledged it. Thread-safe.</summary>
/// <remarks>Nothing is kept across connections: whatever was not acknowledged fails with <see cref="MqttUnavailableException"/>, and who must
/// not lose it keeps it and sends it again. Absence of a broker is the normal state of a device and never an exception of the session itself.</remarks>
public sealed partial class MqttSession : IAsyncDisposable
{
    private readonly MqttSessionOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<MqttSession> _logger;
    private readonly SubscriptionTable _subscriptions = new();
    private readonly SessionCounters _counters = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _connectedSignal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private volatile MqttConnection? _connection;
    private volatile MqttConnectionFault? _lastFault;
    private volatile int _state = (int)MqttSessionState.Stopped;
    private bool _started;
    private int _disposed;

    /// <summary>Makes a session that does nothing until <see cref="Start"/>.</summary>
    /// <exception cref="OptionsValidationException">Options are not allowed; every problem is in the message.</exception>
    public MqttSession(MqttSessionOptions options, TimeProvider timeProvider, ILogger<MqttSession> logger)
    {
        var problems = MqttSessionOptionsValidator.FindProblems(options);
        if (problems.Count > 0) throw new OptionsValidationException(nameof(MqttSessionOptions), typeof(MqttSessionOptions), problems);
        _options = options with { };
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>Raised on the thread pool at each change of <see cref="State"/>, in order. Publish the birth message from here.</summary>
    public event EventHandler<MqttConnectionChangedEventArgs>? ConnectionChanged;

    /// <summary>Where the session is.</summary>
    public MqttSessionState State => (MqttSessionState)_state;

    /// <summary>The broker has accepted, and the connection was not seen to break.</summary>
    public bool IsConnected => State == MqttSessionState.Connected;

    /// <summary>Why the last attempt or connection ended; null while nothing went wrong yet.</summary>
    public MqttConnectionFault? LastFault => _lastFault;

    /// <summary>Counters and queue lengths of this moment.</summary>
    public MqttSessionStatistics Statistics => new(
        Interlocked.Read(ref _counters.Acknowledged), Interlocked.Read(ref _counters.Refused), Interlocked.Read(ref _counters.Unavailable),
        Interlocked.Read(ref _counters.Received), Interlocked.Read(ref _counters.Dropped), Interlocked.Read(ref _counters.Unmatched),
        Interlocked.Read(ref _counters.HandlerFailures), Interlocked.Read(ref _counters.Connections), Interlocked.Read(ref _counters.FailedAttempts),
        _connection?.QueuedMessages ?? 0, _connection?.QueuedBytes ?? 0);

    /// <summary>Begins to connect, in the background and for ever. Calls after the first do nothing.</summary>
    /// <exception cref="ObjectDisposedException">The session is closed.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        lock (_gate)
        {
            if (_started) return;
            _started = true;
            _running = Task.Run(() => RunAsync(_stopping.Token));
        }
    }

    /// <summary>Completes when the session is connected; at once when it is.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the session was closed.</exception>
    public Task WaitUntilConnectedAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return _connectedSignal.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Publishes a message.</summary>
    /// <param name="topic">Name without wildcards.</param>
    /// <param name="payload">Not copied: do not change it before the task completes.</param>
    /// <param name="options">Quality of service, retain and properties.</param>
    /// <param name="cancellationToken">Gives up waiting. A message that was sent already may still arrive.</param>
    /// <returns>Completes at PUBACK (QoS 1), or when the message is written to the socket (QoS 0).</returns>
    /// <exception cref="MqttUnavailableException">No connection, or it ended before the acknowledgement: the broker may or may not have it.</exception>
    /// <exception cref="MqttRefusedException">The broker does not take the message; the connection stays.</exception>
    /// <exception cref="ArgumentException">The topic is not a topic name.</exception>
    public Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, MqttPublishOptions options, CancellationToken cancellationToken)
    {
        if (!TopicFilter.IsValidTopicName(topic)) throw new ArgumentException($"'{topic}' is not a topic name", nameof(topic));
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        return _connection is { } connection && IsConnected
            ? connection.PublishAsync(topic, payload, options, cancellationToken)
            : Task.FromException(Unavailable());
    }

    /// <summary>Subscribes with default limits; see the other overload.</summary>
    public Task<MqttSubscription> SubscribeAsync(string filter, MqttQualityOfService qualityOfService,
        Func<MqttMessage, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
        => SubscribeAsync(filter, new MqttSubscribeOptions { QualityOfService = qualityOfService }, handler, cancellationToken);

    /// <summary>Subscribes, now and after every reconnect that needs it, until the result is disposed.</summary>
    /// <param name="filter">Topic filter, shared ones included.</param>
    /// <param name="options">Quality of service and queue.</param>
    /// <param name="handler">Runs on the thread pool, one message at a time. The token is cancelled when the subscription ends.</param>
    /// <param name="cancellationToken">Gives up, and the subscription with it.</param>
    /// <returns>Completes at SUBACK. Without a connection at once: the subscription is made when there is one.</returns>
    /// <exception cref="MqttRefusedException">The broker refused it.</exception>
    /// <exception cref="ArgumentException">The filter or a limit is not allowed.</exception>
    public Task<MqttSubscription> SubscribeAsync(string filter, MqttSubscribeOptions options,
        Func<MqttMessage, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
        => SubscribeAsync(filter, options, () => new(filter, options, handler, Unsubscribe, _counters, _logger), cancellationToken);

    /// <summary>As <see cref="SubscribeAsync(string, MqttSubscribeOptions, Func{MqttMessage, CancellationToken, ValueTask}, CancellationToken)"/>, but the payload is
    /// neither copied nor queued: for bulk data, which would else become garbage as fast as it comes.</summary>
    /// <param name="filter">Topic filter.</param>
    /// <param name="qualityOfService">Highest quality of service the broker delivers with.</param>
    /// <param name="handler">See there. What it throws is logged and counted.</param>
    /// <param name="cancellationToken">Gives up, and the subscription with it.</param>
    /// <exception cref="MqttRefusedException">The broker refused it.</exception>
    /// <exception cref="ArgumentException">The filter is not allowed.</exception>
    public Task<MqttSubscription> SubscribeInlineAsync(string filter, MqttQualityOfService qualityOfService, MqttInlineHandler handler, CancellationToken cancellationToken)
    {
        var options = new MqttSubscribeOptions { QualityOfService = qualityOfService };
        return SubscribeAsync(filter, options, () => new(filter, options, handler, Unsubscribe, _counters, _logger), cancellationToken);
    }

    private async Task<MqttSubscription> SubscribeAsync(string filter, MqttSubscribeOptions options, Func<MqttSubscription> make, CancellationToken cancellationToken)
    {
        if (!TopicFilter.IsValidFilter(filter)) throw new ArgumentException($"'{filter}' is not a topic filter", nameof(filter));
        if (options.FindProblem() is { } problem) throw new ArgumentException(problem, nameof(options));
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        var subscription = make();
        _subscriptions.Add(subscription);
        try
        {
            // A connection that is not accepted yet takes the subscription from the table.
            if (_connection is { IsAccepted: true } connection
                && await connection.RequestAsync(new(filter, subscription)).WaitAsync(cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                throw refusal;
            }

            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends a subscription so that nothing is lost which the broker has delivered: it is asked to deliver no more, and what came until then goes through the
    /// handler. For a subscription that is shared with others, who get the rest.</summary>
    /// <param name="subscription">From <see cref="SubscribeAsync(string, MqttSubscribeOptions, Func{MqttMessage, CancellationToken, ValueTask}, CancellationToken)"/>; ended in any case.</param>
    /// <param name="cancellationToken">Gives up waiting for the broker and the handler.</param>
    /// <returns>Completes when the handler is done. Without a connection the broker is not waited for.</returns>
    public async Task UnsubscribeAsync(MqttSubscription subscription, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        try
        {
            if (_connection is { IsAccepted: true } connection)
                await connection.RequestAsync(new(subscription.Filter, subscription: null)).WaitAsync(cancellationToken).ConfigureAwait(false);
            await subscription.DrainAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
        }
    }

    private MqttUnavailableException Unavailable()
    {
        Interlocked.Increment(ref _counters.Unavailable);
        return Volatile.Read(ref _disposed) != 0
            ? new(MqttUnavailableReason.Stopped, ConnectionFaults.Stopped.Message)
            : new(MqttUnavailableReason.NotConnected, _lastFault?.Message ?? $"there is no connection to {_options.Endpoint} yet");
    }

    private void Unsubscribe(MqttSubscription subscription)
    {
        if (_subscriptions.Remove(subscription) && _connection is { IsAccepted: true } connection)
            _ = connection.RequestAsync(new(subscription.Filter, subscription: null)); // never faults; repeated after reconnecting when it is lost
    }
}
