using EdgeRunner.Native.Linux;

namespace EdgeRunner.Fleet.Depot;

/// <summary>Tells systemd that the depot is ready, alive and stopping. Without systemd it does nothing.</summary>
internal sealed class DepotNotifications(SystemdNotifier notifier, DepotHealth health, DepotPulse pulse, TimeProvider timeProvider, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan StatusBeat = TimeSpan.FromSeconds(2);

    // At most half the watchdog interval, as sd_watchdog_enabled(3) advises, and often enough that the status line is what is so now.
    private TimeSpan Beat => notifier.WatchdogInterval / 2 is { } half && half < StatusBeat ? half : StatusBeat;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!notifier.IsActive) return;
        await using var started = lifetime.ApplicationStarted.Register(() => notifier.Ready(health.Summary())).ConfigureAwait(false);
        await using var stopping = lifetime.ApplicationStopping.Register(() => notifier.Stopping()).ConfigureAwait(false);
        var said = "";
        using var timer = new PeriodicTimer(Beat, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                // A dispatcher that hangs, on a dead network disk perhaps, ends in a restart.
                if (pulse.IsAlive) notifier.Watchdog();
                if (health.Summary() is var now && !string.Equals(now, said, StringComparison.Ordinal)) notifier.Status(said = now);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
