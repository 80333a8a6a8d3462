using System.Threading.Channels;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Trust;

namespace EdgeRunner.Fleet.Depot.Timestamps;

/// <summary>Keeps the newest timestamp retained on <c>tuf/timestamp</c>: what wakes the fleet.</summary>
/// <remarks>
/// Publishes at each change, at start, and when a broker has lost it. Never over a newer one: it listens to the topic itself, and when an older one has come over a
/// newer one all the same (a depot with an old copy of the repository), it puts the newer one back. What is there but not signed for this repository does not count.
/// </remarks>
internal sealed partial class TimestampPublisher(DepotConnection connection, RepositoryWatch watch, DepotOptions options, DepotCounters counters, DepotHealth health, TimeProvider timeProvider, ILogger<TimestampPublisher> logger) : BackgroundService
{
    /// <summary>Retained messages follow the SUBACK at once; so long they are waited for before the topic is taken to be empty.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    /// <summary>Two depots that serve different repositories to one fleet must not fight at full speed.</summary>
    private static readonly TimeSpan StrangerPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>A rule of the broker is mended by a person; the fleet must not wait for a restart of the depot too.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(15);

    private readonly string _topic = EdgeTopics.TimestampOf(options.Fleet);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private TimestampReading? _newest;
    private ReadOnlyMemory<byte>? _onBroker; // null: not known in this connection
    private long _connectedAt;
    private long? _strangerAt; // when one was replaced last
    private ReadOnlyMemory<byte>? _stranger; // the one that was told last
    private bool _wasRefused;
    private long _waits; // the version that a stranger keeps waiting, once it is told
    private long _told;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var timer = timeProvider.CreateTimer(_ => Wake(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        MqttSubscription? subscription = null;
        watch.Changed += OnChanged;
        connection.Session.ConnectionChanged += OnConnectionChanged;
        try
        {
            if (connection.Session.IsConnected) Forget();
            subscription = await SubscribeAsync(stoppingToken).ConfigureAwait(false);
            Wake();
            while (await _wake.Reader.WaitToReadAsync(stoppingToken).ConfigureAwait(false))
            {
                _wake.Reader.TryRead(out _);
                if (await TryPublishAsync(subscription, stoppingToken).ConfigureAwait(false) is { } again) timer.Change(again, Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            watch.Changed -= OnChanged;
            connection.Session.ConnectionChanged -= OnConnectionChanged;
            await timer.DisposeAsync().ConfigureAwait(false);
            if (subscription is not null) await subscription.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<MqttSubscription> SubscribeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await connection.Session.SubscribeAsync(_topic, MqttQualityOfService.AtLeastOnce, OnMessage, cancellationToken).ConfigureAwait(false);
            }
            catch (MqttRefusedException e)
            {
                OnRefused(e);
            }
            await Task.Delay(RefusedPause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private void OnRefused(MqttRefusedException e)
    {
        _wasRefused = true;
        var reason = BrokerRights.Explain(e, "depot");
        // Told once, and not with each try.
        if (health.Set(DepotHealth.Timestamp, healthy: false, $"the broker does not let this depot look after {_topic}: {reason}")) Log.Refused(logger, _topic, reason, RefusedPause.TotalSeconds);
    }

    /// <summary>The topic has what it should have, from here or from another depot.</summary>
    private void OnWell()
    {
        if (!_wasRefused) return;
        _wasRefused = false;
        health.Set(DepotHealth.Timestamp, healthy: true, $"{_topic} is up to date");
        Log.Well(logger, _topic);
    }

    /// <returns>When to look again; null when something will wake us.</returns>
    private async Task<TimeSpan?> TryPublishAsync(MqttSubscription subscription, CancellationToken cancellationToken)
    {
        if (!connection.Session.IsConnected) return null;
        TimestampReading newest;
        ReadOnlyMemory<byte>? replaced;
        var isStranger = false;
        lock (_gate)
        {
            if (watch.Current is { } local && (_newest is null || local.Version > _newest.Version || !IsOurs(_newest))) _newest = local;
            if (_newest is null) return null;
            newest = _newest;
            replaced = _onBroker;
            if (replaced is { } there)
            {
                var other = TryParse(there) is { } reading && IsOurs(reading) ? reading : null;
                // One of the same version is as good: devices keep the one they have.
                if (newest.IsSame(there.Span) || other?.Version >= newest.Version)
                {
                    OnWell();
                    return null;
                }
                isStranger = other is null;
                if (isStranger && StrangerWait() is { } wait)
                {
                    if (_waits != newest.Version)
                    {
                        _waits = newest.Version;
                        Log.Waits(logger, newest.Version, wait.TotalSeconds, _topic);
                    }
                    return wait;
                }
                if (isStranger && !_stranger.Equals(replaced))
                {
                    _stranger = replaced;
                    Log.Stranger(logger, _topic);
                }
            }
            else if (!subscription.IsEstablished || timeProvider.GetElapsedTime(_connectedAt) < Grace)
            {
                return Grace / 4;
            }
        }
        try
        {
            await connection.Session.PublishAsync(_topic, newest.Raw, MqttPublishOptions.Retained, cancellationToken).ConfigureAwait(false);
        }
        catch (MqttUnavailableException)
        {
            return Retry; // the next connection looks anew
        }
        catch (MqttRefusedException e)
        {
            OnRefused(e);
            return RefusedPause;
        }
        lock (_gate)
        {
            if (_onBroker.Equals(replaced)) _onBroker = newest.Raw; // nothing was heard meanwhile
            // Only now: one that could not be replaced is nobody who fights.
            if (isStranger) _strangerAt = timeProvider.GetTimestamp();
            _waits = 0;
        }
        OnWell();
        counters.TimestampPublished();
        Log.Published(logger, newest.Version, newest.Metadata.Header.Expires);
        return null;
    }

    /// <returns>How long a stranger keeps its place; null when it is replaced now.</returns>
    private TimeSpan? StrangerWait() =>
        _strangerAt is { } last && timeProvider.GetElapsedTime(last) is var since && since < StrangerPause ? StrangerPause - since : null;

    private ValueTask OnMessage(MqttMessage message, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _onBroker = message.Payload;
            if (TryParse(message.Payload) is { } reading && (_newest is null || reading.Version > _newest.Version) && IsOurs(reading))
            {
                _newest = reading;
                if (watch.Current is { } local && local.Version < reading.Version && _told < reading.Version)
                {
                    _told = reading.Version;
                    Log.Behind(logger, local.Version, reading.Version);
                }
            }
        }
        Wake();
        return ValueTask.CompletedTask;
    }

    private bool IsOurs(TimestampReading reading) => watch.ReadRoot() is { } root && reading.IsSignedFor(root);

    private static TimestampReading? TryParse(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return payload.IsEmpty ? null : TimestampReading.Parse(payload);
        }
        catch (MetadataException)
        {
            return null;
        }
    }

    private void OnConnectionChanged(object? sender, MqttConnectionChangedEventArgs change)
    {
        // Forgotten when the connection ends and not when the next one is there: the event may come after the retained message.
        if (change.State is MqttSessionState.Waiting)
        {
            Forget();
            return;
        }
        if (change.State is not MqttSessionState.Connected) return;
        lock (_gate) _connectedAt = timeProvider.GetTimestamp();
        Wake();
    }

    private void Forget()
    {
        lock (_gate) (_onBroker, _connectedAt) = (null, timeProvider.GetTimestamp());
    }

    private void OnChanged(object? sender, EventArgs e) => Wake();

    private void Wake() => _wake.Writer.TryWrite(true);

    private static partial class Log
    {
        [LoggerMessage(8050, LogLevel.Information, "timestamp {Version} published, until {Expires:yyyy-MM-dd HH:mm} UTC: the fleet is awake")]
        public static partial void Published(ILogger logger, long version, DateTimeOffset expires);

        [LoggerMessage(8051, LogLevel.Error, "{Topic} carries what this repository has not signed; it is replaced. Does another depot serve another repository to this fleet?")]
        public static partial void Stranger(ILogger logger, string topic);

        [LoggerMessage(8052, LogLevel.Warning, "this copy of the repository has timestamp {Version}, the fleet knows {Newer} already: the copy is old")]
        public static partial void Behind(ILogger logger, long version, long newer);

        [LoggerMessage(8054, LogLevel.Warning, "timestamp {Version} waits {Seconds:F0} s: {Topic} carries again what this repository has not signed, and two depots must not fight at full speed")]
        public static partial void Waits(ILogger logger, long version, double seconds, string topic);

        [LoggerMessage(8053, LogLevel.Error, "the broker does not let this depot look after {Topic}: {Reason}. Until its rules do, nothing wakes the fleet; tried again every {Seconds:F0} s")]
        public static partial void Refused(ILogger logger, string topic, string reason, double seconds);

        [LoggerMessage(8055, LogLevel.Information, "{Topic} is up to date again")]
        public static partial void Well(ILogger logger, string topic);
    }
}
