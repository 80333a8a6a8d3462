using EdgeRunner.Device.Telemetry;
using EdgeRunner.Device.Uplink;

namespace EdgeRunner.Device.Health;

/// <summary>Brings trouble of the outbox into the state board: the outbox itself goes on whatever happens, and only counts it.</summary>
/// <param name="outbox">What it looks at.</param>
/// <param name="broker">Knows what in this device's own files explains a refusal.</param>
/// <param name="options">Names the directory and the floor.</param>
/// <param name="states">Where it tells.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class TelemetryWatch(TelemetryOutbox outbox, BrokerConnection broker, TelemetryOptions options, StateBoard states, TimeProvider timeProvider) : BackgroundService
{
    private const string Component = "telemetry";

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private long _lostBefore;
    private bool _isTroubled;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) Look(outbox.Status());
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void Look(TelemetryStatus status)
    {
        var lost = status.Dropped.Values.Sum();
        if (FindTrouble(status, options, broker.IdentityProblem) is { } words)
        {
            if (!_isTroubled) _lostBefore = lost;
            _isTroubled = true;
            states.Set(Component, ComponentState.Degraded, words);
        }
        else if (_isTroubled)
        {
            _isTroubled = false;
            states.Set(Component, ComponentState.Running, lost > _lostBefore ? $"records are kept and sent again; {lost - _lostBefore} were lost meanwhile" : "records are kept and sent again");
        }
    }

    /// <summary>What is wrong with the outbox, worst first; null when nothing is. Without the numbers, which change all the time and stand beside it in <c>status</c>: each
    /// change of the words is a line in <c>status.log</c>.</summary>
    /// <param name="status">The outbox.</param>
    /// <param name="options">Names the directory and the floor.</param>
    /// <param name="identityProblem">What explains a refusal; null when nothing does.</param>
    internal static string? FindTrouble(TelemetryStatus status, TelemetryOptions options, string? identityProblem) => status switch
    {
        { Mode: OutboxMode.MemoryOnly } => $"records are kept in memory only, a restart loses what was not sent: {status.LastFailure}; the disk is {options.Directory}",
        { Mode: OutboxMode.Unavailable } => $"records are lost, there is nowhere to keep them: {status.LastFailure}",
        { LastFailure: { } failure } => $"records cannot be written to {options.Directory}: {failure}. They wait in their queues, and are lost when those are full; is the disk full? df -h {options.Directory}",
        { IsBelowFloor: true } => $"the disk of {options.Directory} has less free than telemetry.freeDiskFloorBytes ({options.FreeDiskFloorBytes} bytes): the outbox does not grow, and new records take the room of old ones; df -h {options.Directory}",
        { LastRefusal: { } refusal } => $"the broker refuses records: {refusal}. They are kept and tried again. {identityProblem ?? "May this device write there? Look at the broker's ACL"}",
        _ => null,
    };
}
