using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Fleet.Depot;

/// <summary>The depot's connection to the broker: first to start, last to stop.</summary>
internal sealed partial class DepotConnection : IHostedService, IAsyncDisposable
{
    private readonly DepotHealth _health;
    private readonly ILogger<DepotConnection> _logger;
    private readonly string _address;

    public DepotConnection(DepotOptions options, DepotHealth health, TimeProvider timeProvider, ILogger<DepotConnection> logger, ILogger<MqttSession> sessionLogger)
    {
        (_health, _logger) = (health, logger);
        _address = $"{options.Broker!.Host}:{options.Broker.Port}";
        Session = new MqttSession(options.Broker with { MaxQueuedBytes = Math.Max(options.MaxQueuedBytes * 2, options.Broker.MaxQueuedBytes) }, timeProvider, sessionLogger);
        Session.ConnectionChanged += (_, change) => OnChanged(change);
        health.Set(DepotHealth.Broker, healthy: false, "not connected yet");
    }

    /// <summary>The session; subscribe and publish here.</summary>
    public MqttSession Session { get; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Session.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Session.DisposeAsync().AsTask();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Session.DisposeAsync();

    private void OnChanged(MqttConnectionChangedEventArgs change)
    {
        switch (change.State)
        {
            case MqttSessionState.Connected:
                _health.Set(DepotHealth.Broker, healthy: true, $"connected to {_address}");
                Log.Connected(_logger, _address);
                break;
            case MqttSessionState.Waiting:
                var reason = change.Fault?.Message ?? "not connected";
                _health.Set(DepotHealth.Broker, healthy: false, reason);
                Log.Lost(_logger, _address, reason);
                break;
            default:
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8001, LogLevel.Information, "connected to the broker {Address}")]
        public static partial void Connected(ILogger logger, string address);

        [LoggerMessage(8002, LogLevel.Warning, "no connection to the broker {Address}; tried again by itself: {Reason}")]
        public static partial void Lost(ILogger logger, string address, string reason);
    }
}
