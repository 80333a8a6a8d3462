using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Fleet.Depot;

/// <summary>The depot's connection to the broker: first to start, last to stop.</summary>
internal sealed class DepotConnection : IHostedService, IAsyncDisposable
{
    private readonly DepotHealth _health;
    private readonly string _address;

    public DepotConnection(DepotOptions options, DepotHealth health, TimeProvider timeProvider, ILogger<MqttSession> sessionLogger)
    {
        _health = health;
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
                break;
            case MqttSessionState.Waiting:
                _health.Set(DepotHealth.Broker, healthy: false, change.Fault?.Message ?? "not connected"); // the session writes the log lines
                break;
            default:
                break;
        }
    }
}
