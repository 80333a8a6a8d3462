using System.Text.Json;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Payloads;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Native.Linux;
using Microsoft.Extensions.Options;

namespace EdgeRunner.Device.Uplink;

/// <summary>This device's MQTT session: its topics, its last will and its birth message. Without a broker in the configuration it stays down.</summary>
internal sealed partial class BrokerConnection : IHostedService, IAsyncDisposable
{
    private readonly MqttSession? _session;
    private readonly BrokerOptions _options;
    private readonly DeviceIdentity _identity;
    private readonly StateBoard _states;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<BrokerConnection> _logger;
    private readonly string _disabledReason;
    private readonly bool _isIntended;
    private readonly Lazy<string?> _identityProblem;

    public BrokerConnection(ConfigurationResult configuration, DeviceIdentity identity, StateBoard states, TimeProvider timeProvider, ILogger<BrokerConnection> logger,
        ILogger<MqttSession> sessionLogger)
    {
        (_options, _identity, _states, _timeProvider, _logger) = (configuration.Configuration.Broker, identity, states, timeProvider, logger);
        _isIntended = configuration.BrokerDisabledReason is null;
        _disabledReason = configuration.BrokerDisabledReason ?? "no broker.host in the configuration; records stay in the outbox";
        Topics = new EdgeTopics(identity.Fleet, identity.Id);
        _identityProblem = new Lazy<string?>(() => BrokerIdentity.FindProblem(_options, _identity.Id, Topics.Presence));
        if (_options.Host is null) return;
        try
        {
            _session = new MqttSession(SessionOptions(), timeProvider, sessionLogger);
        }
        // A broker that cannot be used must not stop the sensing; a restart after the file is mended brings it back.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or OptionsValidationException)
        {
            _isIntended = false;
            _disabledReason = $"the broker is not used until this is mended and the daemon restarted: {e.Message}";
            return;
        }

        _session.ConnectionChanged += (_, change) => OnChanged(change);
    }

    /// <summary>Raised when the connection has come up.</summary>
    public event EventHandler? Connected;

    /// <summary>The topics of this device.</summary>
    public EdgeTopics Topics { get; }

    /// <summary>True when the configuration names no broker that can be used.</summary>
    public bool IsDisabled => _session is null;

    /// <summary>What in this device's own files explains that a broker refuses what it publishes; null when nothing does. Any thread.</summary>
    public string? IdentityProblem => _identityProblem.Value;

    /// <summary>Whether the broker can be reached now.</summary>
    public bool IsConnected => _session?.IsConnected ?? false;

    /// <summary>The connection as <c>status</c> shows it.</summary>
    public BrokerStatus Status => new(
        _options.Host is null ? "none" : $"{_options.Host}:{_options.Port}",
        _options.Tls is not null,
        IsConnected,
        IsConnected ? "" : _session is null ? _disabledReason : _session.LastFault?.Message ?? "connecting");

    /// <summary>Publishes at QoS 1; completes with the broker's PUBACK.</summary>
    /// <exception cref="MqttException">It was not acknowledged.</exception>
    public Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellationToken) =>
        _session is null
            ? Task.FromException(new MqttUnavailableException(MqttUnavailableReason.NotConnected, _disabledReason))
            : _session.PublishAsync(topic, payload, retain ? MqttPublishOptions.Retained : MqttPublishOptions.AtLeastOnce, cancellationToken);

    /// <summary>Subscribes at QoS 1, now and after each reconnect, until the result is disposed.</summary>
    /// <exception cref="MqttException">The broker refused it, or there is none.</exception>
    public Task<MqttSubscription> SubscribeAsync(string filter, Func<MqttMessage, CancellationToken, ValueTask> handler, CancellationToken cancellationToken) =>
        _session is null
            ? Task.FromException<MqttSubscription>(new MqttUnavailableException(MqttUnavailableReason.NotConnected, _disabledReason))
            : _session.SubscribeAsync(filter, MqttQualityOfService.AtLeastOnce, handler, cancellationToken);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_session is null) _states.Set("broker", _isIntended ? ComponentState.Ended : ComponentState.Disabled, _disabledReason);
        else _session.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _session?.DisposeAsync().AsTask() ?? Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_session is not null) await _session.DisposeAsync().ConfigureAwait(false);
    }

    private void OnChanged(MqttConnectionChangedEventArgs change)
    {
        switch (change.State)
        {
            case MqttSessionState.Connected:
                _states.Set("broker", ComponentState.Running, $"connected to {Status.Address}");
                _ = BirthAsync(); // Ends by itself; a failure means the connection is gone, and the next one tries again.
                Connected?.Invoke(this, EventArgs.Empty);
                break;
            case MqttSessionState.Waiting:
                _states.Set("broker", ComponentState.Degraded, change.Fault?.Message ?? "not connected; tried again by itself");
                break;
            default:
                break;
        }
    }

    private async Task BirthAsync()
    {
        try
        {
            await PublishAsync(Topics.Presence, Presence(PresenceStatus.Online), retain: true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (MqttRefusedException e)
        {
            _states.Set("broker", ComponentState.Degraded,
                $"connected to {Status.Address}, but it refuses {Topics.Presence}: {e.Message}. {IdentityProblem ?? $"May this device write there? Look at the broker's ACL for the user {_options.Username ?? "of the certificate"}"}");
        }
        catch (MqttException e)
        {
            Log.BirthFailed(_logger, e);
        }
    }

    private byte[] Presence(PresenceStatus status) => JsonSerializer.SerializeToUtf8Bytes(
        new PresencePayload(status, _identity.Id, _identity.BootId, _identity.Version, ReadClock(_timeProvider)), MessagingJsonContext.Default.PresencePayload);

    /// <summary>Wall time beside the boot clock, for payloads.</summary>
    internal static ClockReading ReadClock(TimeProvider timeProvider) =>
        new(KernelClock.IsSynchronised, timeProvider.GetUtcNow(), KernelClock.BoottimeNanoseconds);

    private MqttSessionOptions SessionOptions() => BrokerSession.OptionsOf(_options, _options.ClientId ?? _identity.Id) with
    {
        SessionExpiry = TimeSpan.FromSeconds(_options.SessionExpirySeconds),
        Will = new MqttWill { Topic = Topics.Presence, Payload = Presence(PresenceStatus.Offline) },
    };

    private static partial class Log
    {
        [LoggerMessage(2201, LogLevel.Warning, "the birth message could not be published; the next connection tries again")]
        public static partial void BirthFailed(ILogger logger, Exception exception);
    }
}
