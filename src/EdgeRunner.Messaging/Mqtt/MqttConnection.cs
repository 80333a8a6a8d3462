using System.Diagnostics.CodeAnalysis;
using EdgeRunner.Native.Mosquitto;
using Microsoft.Extensions.Logging;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>One attempt and, when it succeeds, the connection: one libmosquitto instance and one thread that alone touches it.</summary>
/// <remarks>A connection ends once and is never revived, so nothing of an old one can reach a new one. The thread owns the instance: one that
/// hangs in <c>connect(2)</c> is left behind and frees everything when the kernel lets go.</remarks>
internal sealed partial class MqttConnection
{
    // mosquitto pings from the loop, in whole seconds.
    private const int MaxWaitMilliseconds = 1000;

    // Acknowledgements are looked after at this grain: a scan of at most MaxInflight entries, ten times a second.
    private static readonly TimeSpan DeadlineGrain = TimeSpan.FromMilliseconds(100);

    private readonly MqttSessionOptions _options;
    private readonly bool _cleanStart;
    private readonly SubscriptionTable _subscriptions;
    private readonly SessionCounters _counters;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource<bool> _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MqttConnectionFault> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile MosquittoClient? _client;
    private volatile bool _stopRequested;
    private volatile bool _accepted;
    private int _closed;
    private MqttConnectionFault? _fault;
    private string? _libraryErrors;
    private long _startedAt;
    private long _deadlinesCheckedAt;

    internal MqttConnection(MqttSessionOptions options, bool cleanStart, SubscriptionTable subscriptions, SessionCounters counters,
        TimeProvider timeProvider, ILogger logger)
    {
        _options = options;
        _cleanStart = cleanStart;
        _subscriptions = subscriptions;
        _counters = counters;
        _timeProvider = timeProvider;
        _logger = logger;
        _outgoing = new(options.MaxQueuedMessages, options.MaxQueuedBytes);
    }

    /// <summary>True at CONNACK, false when it ended before. Never faults.</summary>
    internal Task<bool> Established => _established.Task;

    /// <summary>Completes when the instance is freed and every publish is answered. Never faults.</summary>
    internal Task<MqttConnectionFault> Ended => _ended.Task;

    /// <summary>The broker still had the session; set before <see cref="Established"/>.</summary>
    internal bool SessionPresent { get; private set; }

    /// <summary>CONNACK has arrived, and subscriptions made from now on must be requested.</summary>
    internal bool IsAccepted => _accepted;

    internal int QueuedMessages => _outgoing.Messages;

    internal long QueuedBytes => _outgoing.Bytes;

    internal void Start()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "mqtt" };
        thread.Start();
    }

    /// <summary>Ends the connection: what is in flight gets half a second, then the goodbye is said.</summary>
    internal void RequestStop()
    {
        _stopRequested = true;
        _client?.Wake();
    }

    [SuppressMessage("Design", "CA1031", Justification = "A bug must not kill the daemon: it is logged with its trace, and the session reconnects.")]
    private void Run()
    {
        MqttConnectionFault fault;
        try
        {
            fault = RunClient();
        }
        catch (MosquittoException e)
        {
            fault = ConnectionFaults.FromException(e, _options, _libraryErrors);
        }
        catch (Exception e)
        {
            Log.ConnectionBug(_logger, e, _options.Endpoint);
            fault = ConnectionFaults.Internal(e, _options);
        }

        _client = null;
        FailEverything(fault);
        _established.TrySetResult(false);
        _ended.TrySetResult(fault);
    }

    private MqttConnectionFault RunClient()
    {
        using var client = ConnectedClient.Create(_options, _cleanStart, this);
        _client = client;
        _startedAt = _timeProvider.GetTimestamp();
        ConnectedClient.Connect(client, _options);
        while (!_stopRequested)
        {
            if (_accepted)
            {
                SendSubscriptions(client);
                SendPublishes(client);
            }

            var result = client.RunOnce(WaitMilliseconds());
            if (FaultAfter(result) is { } fault) return fault;
            CheckDeadlines();
            if (_fault is not null) return _fault;
        }

        SayGoodbye(client);
        return ConnectionFaults.Stopped;
    }

    /// <summary>What a callback found out says more than the number the loop returns.</summary>
    private MqttConnectionFault? FaultAfter(MosquittoError result)
        => _fault ?? (result == MosquittoError.Success ? null : ConnectionFaults.FromLoop(result, _accepted, _options, _libraryErrors));

    private int WaitMilliseconds()
    {
        var waitsForAnswer = !_accepted || _inflight.Count > 0 || _requests.Count > 0;
        return waitsForAnswer ? (int)DeadlineGrain.TotalMilliseconds : MaxWaitMilliseconds;
    }

    private void CheckDeadlines()
    {
        if (!_accepted)
        {
            if (_timeProvider.GetElapsedTime(_startedAt) > _options.ConnectTimeout) _fault = ConnectionFaults.ConnectTimedOut(_options);
            return;
        }

        var now = _timeProvider.GetTimestamp();
        if (_timeProvider.GetElapsedTime(_deadlinesCheckedAt, now) < DeadlineGrain) return;
        _deadlinesCheckedAt = now;
        if (OldestUnanswered() is { } sentAt && _timeProvider.GetElapsedTime(sentAt, now) > _options.PublishTimeout)
            _fault = ConnectionFaults.NotAcknowledged(_options);
    }

    private long? OldestUnanswered()
    {
        long? oldest = null;
        foreach (var publish in _inflight.Values) oldest = Math.Min(oldest ?? long.MaxValue, publish.SentAt);
        foreach (var request in _requests.Values) oldest = Math.Min(oldest ?? long.MaxValue, request.SentAt);
        return oldest;
    }
}
