using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>A subscription that outlives connections. Disposing it ends it.</summary>
/// <remarks>The handler runs on the thread pool, one message at a time, in the order of arrival. The broker has its acknowledgement before the
/// handler runs, so a message whose handler fails is not delivered again.</remarks>
public sealed class MqttSubscription : IAsyncDisposable
{
    private readonly Channel<MqttMessage> _messages = Channel.CreateUnbounded<MqttMessage>(); // bounded by Offer, in messages and in bytes
    private readonly CancellationTokenSource _stopping = new();
    private readonly MqttInlineHandler? _inlineHandler;
    private readonly Action<MqttSubscription> _onDispose;
    private readonly SessionCounters _counters;
    private readonly ILogger _logger;
    private readonly Task _running = Task.CompletedTask;
    private int _queued;
    private long _queuedBytes;
    private long _received;
    private long _dropped;
    private int _disposed;
    private volatile bool _established;

    internal MqttSubscription(string filter, MqttSubscribeOptions options, Func<MqttMessage, CancellationToken, ValueTask> handler,
        Action<MqttSubscription> onDispose, SessionCounters counters, ILogger logger)
        : this(filter, options, onDispose, counters, logger) => _running = Task.Run(() => RunHandlerAsync(handler));

    internal MqttSubscription(string filter, MqttSubscribeOptions options, MqttInlineHandler handler, Action<MqttSubscription> onDispose, SessionCounters counters, ILogger logger)
        : this(filter, options, onDispose, counters, logger) => _inlineHandler = handler;

    private MqttSubscription(string filter, MqttSubscribeOptions options, Action<MqttSubscription> onDispose, SessionCounters counters, ILogger logger)
    {
        Filter = filter;
        Options = options;
        _onDispose = onDispose;
        _counters = counters;
        _logger = logger;
    }

    /// <summary>Topic filter.</summary>
    public string Filter { get; }

    /// <summary>As given.</summary>
    public MqttSubscribeOptions Options { get; }

    /// <summary>The broker has granted it, in a session that still lives as far as we know.</summary>
    public bool IsEstablished
    {
        get => _established;
        internal set => _established = value;
    }

    /// <summary>Messages that arrived.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Of these, dropped because the handler was too slow.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Ends the subscription here, and at the broker as soon as it listens. The handler's token is cancelled; neither a handler that
    /// runs nor the broker is waited for.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return ValueTask.CompletedTask;
        Close();
        _onDispose(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads messages on the network thread, and has no queue.</summary>
    internal bool IsInline => _inlineHandler is not null;

    /// <summary>Takes no more messages; completes when the handler has had those that came.</summary>
    internal Task DrainAsync()
    {
        _messages.Writer.TryComplete();
        return _running;
    }

    /// <summary>Stops the handler without telling the broker.</summary>
    internal void Close()
    {
        _messages.Writer.TryComplete();
        _stopping.Cancel();
    }

    /// <summary>Queues a message for the handler, or drops one. Called on the network thread only; never blocks.</summary>
    internal void Offer(MqttMessage message)
    {
        Interlocked.Increment(ref _received);
        while (IsFull(message.Payload.Length))
        {
            if (Options.WhenFull == MqttOverflow.DropNewest || !_messages.Reader.TryRead(out var oldest))
            {
                CountDrop();
                return;
            }

            Taken(oldest);
            CountDrop();
        }

        Interlocked.Increment(ref _queued);
        Interlocked.Add(ref _queuedBytes, message.Payload.Length);
        _messages.Writer.TryWrite(message);
    }

    /// <summary>Has an inline handler read a message. Called on the network thread only.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The handler is foreign code; the next message may be fine.")]
    internal void Read(string topic, ReadOnlySpan<byte> payload)
    {
        Interlocked.Increment(ref _received);
        if (_stopping.IsCancellationRequested) return;
        try
        {
            _inlineHandler!(topic, payload);
        }
        catch (Exception e)
        {
            CountFailure(e, topic);
        }
    }

    private bool IsFull(int moreBytes)
    {
        var queued = Volatile.Read(ref _queued);
        return queued >= Options.QueueCapacity || (queued > 0 && Volatile.Read(ref _queuedBytes) + moreBytes > Options.QueueCapacityBytes);
    }

    private void CountDrop()
    {
        Interlocked.Increment(ref _counters.Dropped);
        // The first one only: a storm of messages must not become a storm of lines. The number is in the counter.
        if (Interlocked.Increment(ref _dropped) == 1) Log.IncomingDropped(_logger, Filter, Options.QueueCapacity, Options.QueueCapacityBytes);
    }

    private void Taken(MqttMessage message)
    {
        Interlocked.Decrement(ref _queued);
        Interlocked.Add(ref _queuedBytes, -message.Payload.Length);
    }

    private void CountFailure(Exception e, string topic)
    {
        Interlocked.Increment(ref _counters.HandlerFailures);
        Log.HandlerFailed(_logger, e, topic, Filter);
    }

    private async Task RunHandlerAsync(Func<MqttMessage, CancellationToken, ValueTask> handler)
    {
        while (await _messages.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (!_stopping.IsCancellationRequested && _messages.Reader.TryRead(out var message))
            {
                Taken(message);
                try
                {
                    await handler(message, _stopping.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception e) // the handler is foreign code; the next message may be fine
                {
                    CountFailure(e, message.Topic);
                }
            }

            if (_stopping.IsCancellationRequested) return;
        }
    }
}
