using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Swaps;

/// <summary>Loads models that a guard has turned off anew, each after its <c>guard.retryAfterSeconds</c>.</summary>
internal sealed partial class ModelRecovery(PipelineHost pipelines, ModelActivator activator, TimeProvider timeProvider, ILogger<ModelRecovery> logger) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                foreach (var worker in pipelines.Workers.Where(worker => worker.Loop is { Guard.IsRetryDue: true }))
                    await ReloadAsync(worker, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task ReloadAsync(PipelineWorker worker, CancellationToken cancellationToken)
    {
        try
        {
            await activator.ReloadAsync(worker, cancellationToken).ConfigureAwait(false);
        }
        // One pipeline's trouble must not end the recovery of all; the next beat after its pause tries again.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.Failed(logger, e, worker.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5022, LogLevel.Warning, "pipeline {Pipeline}: its model could not be loaded anew")]
        public static partial void Failed(ILogger logger, Exception exception, string pipeline);
    }
}
