using System.Globalization;
using EdgeRunner.Device.Updates.Repository;

namespace EdgeRunner.Device.Health;

/// <summary>Tells of a clock that cannot be right: certificates are judged by it, and nothing else says why they are refused.</summary>
/// <param name="states">Where it tells.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="buildDate">No right clock is before this; null takes <see cref="BuildDate"/>.</param>
internal sealed class ClockWatch(StateBoard states, TimeProvider timeProvider, DateTimeOffset? buildDate = null) : BackgroundService
{
    private const string Component = "clock";

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    private readonly DateTimeOffset _buildDate = buildDate ?? BuildDate.Value;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, timeProvider);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void Look()
    {
        var now = timeProvider.GetUtcNow();
        if (now < _buildDate)
        {
            // The day alone: the words must not change with each look.
            states.Set(Component, ComponentState.Degraded, string.Create(CultureInfo.InvariantCulture,
                $"it says {now.UtcDateTime:yyyy-MM-dd}, and this program was made on {_buildDate.UtcDateTime:yyyy-MM-dd}: until somebody sets it, certificates may be refused as not valid yet, and no new metadata is taken (timedatectl)"));
        }
        else if (states.Find(Component) is { State: ComponentState.Degraded })
        {
            states.Set(Component, ComponentState.Running, "it was set");
        }
    }
}
