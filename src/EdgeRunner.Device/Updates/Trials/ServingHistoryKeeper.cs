using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>Keeps what the present versions do, now and then and when the daemon stops: a new version may come just after a restart.</summary>
internal sealed class ServingHistoryKeeper(PipelineHost pipelines, ServingHistory history, TimeProvider timeProvider) : BackgroundService
{
    /// <summary>Seldom, for the flash.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        Keep();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) Keep();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void Keep()
    {
        var serving = pipelines.Workers.Where(worker => worker.Options.Model?.Name is not null).Select(worker => (worker.Name, Seen: worker.Observed.Latest))
            .Where(pipeline => pipeline.Seen is not null).Select(pipeline => (pipeline.Name, Seen: pipeline.Seen!));
        foreach (var version in serving.GroupBy(pipeline => (pipeline.Seen.Model, pipeline.Seen.Version))) history.Keep(version.Key.Model, version.Key.Version, version);
    }
}
