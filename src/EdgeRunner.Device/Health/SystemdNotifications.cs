using EdgeRunner.Device.Configuration;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Health;

/// <summary>Tells systemd that the daemon is ready, alive and stopping. Without systemd it does nothing.</summary>
/// <remarks>The watchdog is fed only while <see cref="ProgressBoard"/> sees every pipeline and the telemetry committer make progress, so a
/// thread that hangs in native code ends in a restart. An idle sensor is progress: its pipeline waits, it does not hang.</remarks>
internal sealed partial class SystemdNotifications(
    SystemdNotifier notifier, ProgressBoard progress, StateBoard states, HealthOptions options, TimeProvider timeProvider, IHostApplicationLifetime lifetime,
    ILogger<SystemdNotifications> logger) : BackgroundService
{
    // Half the watchdog interval, as sd_watchdog_enabled(3) advises; without a watchdog the status line is still kept fresh.
    private TimeSpan Beat => notifier.WatchdogInterval / 2 ?? TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var started = lifetime.ApplicationStarted.Register(() => notifier.Ready(Summary())).ConfigureAwait(false);
        await using var stopping = lifetime.ApplicationStopping.Register(() => notifier.Stopping()).ConfigureAwait(false);
        using var timer = new PeriodicTimer(Beat, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                if (options.StallSeconds > 0 && progress.FindStalled(TimeSpan.FromSeconds(options.StallSeconds)) is { } stalled)
                {
                    Log.Stalled(logger, stalled);
                    continue;
                }

                notifier.Watchdog();
                notifier.Status(Summary());
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private string Summary()
    {
        var entries = states.Snapshot();
        var bad = entries.Where(entry => entry.State is ComponentState.Failed or ComponentState.Disabled or ComponentState.Degraded).ToList();
        return bad.Count == 0 ? "all well" : string.Join("; ", bad.Select(entry => $"{entry.Component}: {entry.Reason}"));
    }

    private static partial class Log
    {
        [LoggerMessage(6020, LogLevel.Critical, "{Component} makes no progress; the watchdog is not fed and systemd will restart the daemon")]
        public static partial void Stalled(ILogger logger, string component);
    }
}
