using System.Threading.Channels;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>Follows the desired state: checks when the schedule says so, and runs one update at a time beside the pipelines. Whatever goes wrong ends in words and
/// in another try.</summary>
/// <remarks>All decisions are made by one task, so that a person's wish and a new release cannot cross each other. Long work (a check, an update) runs beside it.</remarks>
internal sealed partial class UpdateService(UpdateParts parts, UpdateChecker checker, RetryPauses pauses, StateBoard states, TimeProvider timeProvider, ILogger<UpdateService> logger)
    : BackgroundService, IUpdateControl
{
    /// <summary>A clock that nobody has set is looked at again after this time.</summary>
    private static readonly TimeSpan ClockPatience = TimeSpan.FromMinutes(1);

    /// <summary>How long a stop waits for the step that is under way; the host gives five seconds to all.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    /// <summary>Pause after a turn that has failed.</summary>
    private static readonly TimeSpan TurnPause = TimeSpan.FromSeconds(10);

    /// <summary>How long a person's wish waits for the step that is under way. Meanwhile nothing else begins.</summary>
    internal TimeSpan QuietPatience { get; init; } = TimeSpan.FromSeconds(30);

    private readonly Channel<Func<CancellationToken, Task>> _inbox = Channel.CreateUnbounded<Func<CancellationToken, Task>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private SortedDictionary<string, UpdatePlan>? _plans;
    private Task<UpdateTrigger>? _due;
    private Work? _run;
    private bool _asked;
    private TimeSpan? _held; // until the first release may be fetched again that the disk has spoiled

    /// <inheritdoc/>
    public UpdateStatus? Snapshot() => parts.Board.Snapshot() with { IsChecking = Volatile.Read(ref _check) is not null, NextCheckSeconds = Volatile.Read(ref _check) is null ? Math.Round(parts.Schedule.CheckDelay.TotalSeconds) : null };

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The start of the daemon does not wait for a disk.
        parts.Damaged.Found = parts.Schedule.OnNeed;
        try
        {
            await GoOnAsync(() =>
            {
                foreach (var model in parts.Store.Models()) parts.Board.Show(parts.Store.Read(model));
                return Task.CompletedTask;
            }, stoppingToken).ConfigureAwait(false);
            while (true)
            {
                stoppingToken.ThrowIfCancellationRequested();
                await GoOnAsync(async () =>
                {
                    await TurnAsync(stoppingToken).ConfigureAwait(false);
                    await WaitAsync(stoppingToken).ConfigureAwait(false);
                }, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
        }
    }

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        if (_check is { IsCompleted: true }) HarvestCheck();
        if (_run is { Task.IsCompleted: true }) HarvestRun();
        if (_run is null) await DisposeRetiredAsync().ConfigureAwait(false);
        while (_inbox.Reader.TryRead(out var command)) await command(cancellationToken).ConfigureAwait(false);
        while (_check is null && _afterCheck.TryDequeue(out var command)) await command(cancellationToken).ConfigureAwait(false);
        if (_check is null && _due is { IsCompletedSuccessfully: true } due)
        {
            _due = null;
            BeginCheck(due.Result, directory: null, cancellationToken);
        }

        Dispatch(cancellationToken);
    }

    // What leaves ExecuteAsync ends the daemon, and the pipelines with it.
    private async Task GoOnAsync(Func<Task> step, CancellationToken cancellationToken)
    {
        try
        {
            await step().ConfigureAwait(false);
            return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk, most likely: the next turn tries again, after a pause.
            states.Set(Component, ComponentState.Degraded, $"files of the updates cannot be read or written: {e.Message}");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.UnforeseenTurn(logger, e);
            states.Set(Component, ComponentState.Degraded, $"a fault of the updates themselves, tried again: {e.Message}");
        }

        await Task.Delay(TurnPause, timeProvider, cancellationToken).ConfigureAwait(false);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> news = [_inbox.Reader.WaitToReadAsync(awake.Token).AsTask()];
        if (_run is not null) news.Add(_run.Task);
        if (_check is not null) news.Add(_check);
        else news.Add(_due ??= parts.Schedule.WaitForCheckAsync(cancellationToken));
        if (NextMoment() is { } moment) news.Add(Task.Delay(moment, timeProvider, awake.Token));
        await Task.WhenAny(news).ConfigureAwait(false);
        await awake.CancelAsync().ConfigureAwait(false);
    }

    // What comes due by itself: a new try, the moment of a rollout.
    private TimeSpan? NextMoment()
    {
        var next = _run is null ? pauses.Next : null;
        if (_held is { } held && (next is null || held < next)) next = held;
        foreach (var plan in _plans?.Values.ToList() ?? [])
        {
            if (checker.Decide(plan.Model, plan.Desired) is not { Kind: UpdateGoalKind.Wait, Until: { } until }) continue;
            var left = until - timeProvider.GetUtcNow();
            if (left <= TimeSpan.Zero || left > ClockPatience) left = ClockPatience; // A clock may be set, or jump.
            if (next is null || left < next) next = left;
        }

        return next;
    }

    private async Task EndAsync()
    {
        try
        {
            if (_run is { } run)
            {
                await run.Stop.CancelAsync().ConfigureAwait(false);
                await Task.WhenAny(run.Task, Task.Delay(StopPatience, timeProvider, CancellationToken.None)).ConfigureAwait(false);
            }

            // A trial that was stopped in order goes on at the next start; one without this mark counts as a crash.
            foreach (var record in parts.Store.Models().Select(parts.Store.Read).Where(record => record.Phase == UpdatePhase.Trial))
                parts.Store.Write(record with { CleanStop = true }, counts: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NoCleanStop(logger, e);
        }

        await DisposeRoadsAsync().ConfigureAwait(false);
    }

    private const string Component = "updates";

    private sealed record Work(string Model, string? Sha256, bool IsReturn, Task<UpdateRecord> Task, CancellationTokenSource Stop);

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Warning, "the trial that is under way could not be marked as stopped in order; the next start takes it for a crash")]
        public static partial void NoCleanStop(ILogger logger, Exception exception);

        [LoggerMessage(7002, LogLevel.Error, "the update of {Model} has failed in a way that nobody has foreseen; it is tried again")]
        public static partial void Unforeseen(ILogger logger, Exception exception, string model);

        [LoggerMessage(7003, LogLevel.Error, "the check for releases has failed in a way that nobody has foreseen; it is tried again")]
        public static partial void UnforeseenCheck(ILogger logger, Exception exception);

        [LoggerMessage(7005, LogLevel.Error, "updates have failed in a way that nobody has foreseen; they go on after a pause")]
        public static partial void UnforeseenTurn(ILogger logger, Exception exception);
    }
}
