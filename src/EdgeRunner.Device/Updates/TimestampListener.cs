using EdgeRunner.Device.Uplink;
using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Device.Updates;

/// <summary>Wakes the schedule: when the depot publishes another timestamp, and when the broker can be reached again.</summary>
internal sealed partial class TimestampListener(BrokerConnection broker, UpdateSchedule schedule, ILogger<TimestampListener> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        broker.Connected += OnConnected;
        try
        {
            var subscription = await broker.SubscribeAsync(broker.Topics.Timestamp, (message, _) =>
            {
                schedule.OnTimestamp(message.Payload.Span);
                return ValueTask.CompletedTask;
            }, stoppingToken).ConfigureAwait(false);
            await using var ending = subscription.ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (MqttException e)
        {
            // The interval and each connection still lead to checks.
            Log.NotSubscribed(logger, broker.Topics.Timestamp, e.Message);
        }
        finally
        {
            broker.Connected -= OnConnected;
        }
    }

    private void OnConnected(object? sender, EventArgs e) => schedule.OnConnected();

    private static partial class Log
    {
        [LoggerMessage(7004, LogLevel.Warning, "{Topic} cannot be subscribed to, so new releases are found at the next check and not at once: {Reason}")]
        public static partial void NotSubscribed(ILogger logger, string topic, string reason);
    }
}
