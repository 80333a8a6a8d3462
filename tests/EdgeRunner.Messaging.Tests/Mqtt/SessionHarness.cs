using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using EdgeRunner.Messaging.Mqtt;
using Microsoft.Extensions.Logging;

namespace EdgeRunner.Messaging.Tests.Mqtt;

/// <summary>A session against a real broker, with short delays, and what it logged and received.</summary>
internal sealed class SessionHarness : ILogger<MqttSession>, IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static int _clients;

    internal SessionHarness(int port, Func<MqttSessionOptions, MqttSessionOptions>? configure = null)
    {
        var options = new MqttSessionOptions
        {
            Port = port,
            ClientId = $"test-{Environment.ProcessId}-{Interlocked.Increment(ref _clients)}",
            ReconnectInitialDelay = TimeSpan.FromMilliseconds(50),
            ReconnectMaxDelay = TimeSpan.FromMilliseconds(200),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        Session = new(configure?.Invoke(options) ?? options, TimeProvider.System, this);
        Session.ConnectionChanged += (_, change) => Changes.Enqueue(change);
    }

    internal MqttSession Session { get; }

    internal ConcurrentQueue<MqttConnectionChangedEventArgs> Changes { get; } = new();

    internal ConcurrentQueue<MqttMessage> Received { get; } = new();

    internal ConcurrentQueue<string> LogLines { get; } = new();

    internal string[] ReceivedTexts => [.. Received.Select(message => Encoding.UTF8.GetString(message.Payload.Span))];

    internal static async Task<SessionHarness> ConnectAsync(int port, Func<MqttSessionOptions, MqttSessionOptions>? configure = null)
    {
        var harness = new SessionHarness(port, configure);
        harness.Session.Start();
        await harness.ConnectedAsync();
        return harness;
    }

    internal static async Task EventuallyAsync(Func<bool> condition, string what, TimeSpan? patience = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > (patience ?? Patience)) Assert.Fail($"Did not happen within {patience ?? Patience}: {what}");
            await Task.Delay(10);
        }
    }

    internal Task ConnectedAsync() => Session.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Patience);

    internal Task ConnectionsAsync(long count) => EventuallyAsync(() => Session.IsConnected && Session.Statistics.Connections >= count, $"{count} connections");

    internal async Task<MqttConnectionFault> FaultAsync()
    {
        await EventuallyAsync(() => Session.LastFault is not null, "a fault");
        return Session.LastFault!;
    }

    internal Task<MqttSubscription> CollectAsync(string filter) => Session.SubscribeAsync(filter, MqttQualityOfService.AtLeastOnce, (message, _) =>
    {
        Received.Enqueue(message);
        return ValueTask.CompletedTask;
    }, CancellationToken.None);

    internal Task PublishAsync(string topic, string payload, MqttPublishOptions? options = null)
        => Session.PublishAsync(topic, Encoding.UTF8.GetBytes(payload), options ?? MqttPublishOptions.AtLeastOnce, CancellationToken.None);

    public ValueTask DisposeAsync() => Session.DisposeAsync();

    public override string ToString() => string.Join('\n', LogLines);

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => LogLines.Enqueue($"{eventId.Id} {logLevel} {formatter(state, exception)} {exception}");
}
