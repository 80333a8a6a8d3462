using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Depot.Requests;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;

namespace EdgeRunner.Fleet.Depot;

/// <summary>Takes the requests of the fleet, sharing them with the other depots, and answers them. Its stop answers what was accepted.</summary>
internal sealed partial class DepotServer(DepotConnection connection, RequestDesk desk, AnswerPump pump, DepotOptions options, DepotCounters counters, DepotHealth health, TimeProvider timeProvider, IHostApplicationLifetime lifetime, ILogger<DepotServer> logger) : IHostedService, IDisposable
{
    private const string ShareGroup = "edgefleet-depot";

    // Requests that come while the pump works; a handler takes microseconds.
    private const int MaxUnread = 4096;

    private readonly CancellationTokenSource _stopping = new();
    private MqttSubscription? _subscription;
    private Task _pumping = Task.CompletedTask;

    /// <summary>The broker has been told to deliver requests here.</summary>
    internal bool IsServing => _subscription is { IsEstablished: true };

    /// <summary>The filter that all depots of a fleet share.</summary>
    internal static string FilterOf(string fleet) => $"$share/{ShareGroup}/{EdgeTopics.AllDevices(fleet, "request")}";

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _pumping = Task.Run(() => PumpAsync(_stopping.Token), CancellationToken.None);
        connection.Session.ConnectionChanged += OnConnectionChanged;
        try
        {
            _subscription = await connection.Session.SubscribeAsync(FilterOf(options.Fleet), new MqttSubscribeOptions { QueueCapacity = MaxUnread }, (message, _) =>
            {
                if (desk.Accept(message.Topic, message.Payload)) pump.Wake();
                return ValueTask.CompletedTask;
            }, cancellationToken).ConfigureAwait(false);
            Log.Serving(logger, options.Repository, options.Fleet);
        }
        catch (MqttRefusedException e)
        {
            // The rest of the depot, the timestamp and HTTP, can still do its work.
            health.Set(DepotHealth.Requests, healthy: false, $"the broker delivers no requests here: {BrokerRights.Explain(e, "depot")}");
            Log.NotServing(logger, BrokerRights.Explain(e, "depot"));
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = new CancellationTokenSource(options.StopTime, timeProvider);
        await using var link = limit.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), patience).ConfigureAwait(false);
        try
        {
            if (_subscription is not null) await connection.Session.UnsubscribeAsync(_subscription, patience.Token).ConfigureAwait(false);
            pump.Drain();
            await _pumping.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Log.LeftUnanswered(logger, options.StopTime.TotalSeconds);
        }
        connection.Session.ConnectionChanged -= OnConnectionChanged;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _pumping.ConfigureAwait(false);
        var figures = counters.Snapshot();
        Log.Stopped(logger, figures.Requests, figures.EgressBytes, figures.SharedBytes, figures.SavedBytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private void OnConnectionChanged(object? sender, MqttConnectionChangedEventArgs change) => pump.Wake();

    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        try
        {
            await pump.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The depot stops.
        }
        // Without the pump a depot only swallows requests that another one would answer: better that it ends.
        catch (Exception e)
        {
            Log.PumpFailed(logger, e);
            lifetime.StopApplication();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8003, LogLevel.Information, "serving {Repository} to the fleet {Fleet}")]
        public static partial void Serving(ILogger logger, string repository, string fleet);

        [LoggerMessage(8007, LogLevel.Error, "the broker's rules let this depot take no requests: {Reason}")]
        public static partial void NotServing(ILogger logger, string reason);

        [LoggerMessage(8004, LogLevel.Warning, "stopped after {Seconds} s with requests unanswered; their devices ask again")]
        public static partial void LeftUnanswered(ILogger logger, double seconds);

        [LoggerMessage(8005, LogLevel.Information, "stopped; {Requests} requests, {Bytes} bytes sent, {Shared} of them to all, which saved {Saved}")]
        public static partial void Stopped(ILogger logger, long requests, long bytes, long shared, long saved);

        [LoggerMessage(8006, LogLevel.Critical, "answering failed in a way nobody thought of; the depot stops")]
        public static partial void PumpFailed(ILogger logger, Exception exception);
    }
}
