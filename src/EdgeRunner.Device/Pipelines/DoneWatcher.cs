using EdgeRunner.Device.Telemetry;
using EdgeRunner.Device.Uplink;

namespace EdgeRunner.Device.Pipelines;

/// <summary>Ends the daemon once every pipeline is done and the broker has acknowledged every record: <c>edgerunner run --until-done</c>.</summary>
internal sealed class DoneWatcher(PipelineHost pipelines, TelemetryIntake intake, TelemetryOutbox outbox, BrokerConnection broker, TimeProvider timeProvider,
    IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!IsDone()) await Task.Delay(Poll, timeProvider, stoppingToken).ConfigureAwait(false);
            lifetime.StopApplication();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Somebody else has stopped the host.
        }
    }

    // Without a broker nothing is waited for: the records are safe in the outbox.
    private bool IsDone() => pipelines.AllDone && !intake.HasRecords() && (broker.IsDisabled || outbox.Status().PendingRecords == 0);
}
