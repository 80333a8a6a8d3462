using EdgeRunner.Native.Linux;

namespace EdgeRunner.Fleet.Depot;

/// <summary>Tells systemd that the depot is ready, alive and stopping. Without systemd it does nothing.</summary>
internal sealed class DepotNotifications(SystemdNotifier notifier, DepotHealth health, DepotPulse pulse, TimeProvider timeProvider, IHostApplicationLifetime lifetime) : BackgroundService
{
    // Half the watchdog interval, as sd_watchdog_enabled(3) advises; without a watchdog the status line is still kept fresh.
    private TimeSpan Beat => notifier.WatchdogInterval / 2 ?? TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!notifier.IsActive) return;
        await using var started = lifetime.ApplicationStarted.Register(() => notifier.Ready(health.Summary())).ConfigureAwait(false);
        await using var stopping = lifetime.ApplicationStopping.Register(() => notifier.Stopping()).ConfigureAwait(false);
        using var timer = new PeriodicTimer(Beat, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                // A dispatcher that hangs, on a dead network disk perhaps, ends in a restart.
                if (pulse.IsAlive) notifier.Watchdog();
                notifier.Status(health.Summary());
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
