namespace EdgeRunner.Device.Telemetry;

/// <summary>The thread that commits: each interval, when a queue is half full, or (interval 0) as soon as something is there. After a
/// failure it backs
/// off while the queues fill; their own policy applies then.</summary>
/// <remarks>A thread and not a task, because fsync blocks it, on an SD card for 100 ms and more, and because producers can wake a thread
/// without allocating.</remarks>
internal sealed class TelemetryCommitter : IHostedService, IDisposable
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromSeconds(30);

    private readonly TelemetryOutbox _outbox;
    private readonly TelemetryIntake _intake;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<TelemetryCommitter> _logger;
    private readonly bool _isEager;
    private readonly TimeSpan _beat;
    private readonly ITimer _timer;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<bool> _hasReason;
    private TimeSpan _backoff;
    private long _failedAt;
    private bool _tick;
    private bool _stop;

    public TelemetryCommitter(TelemetryOutbox outbox, TelemetryIntake intake, TelemetryOptions options, TimeProvider timeProvider,
        ILogger<TelemetryCommitter> logger)
    {
        _outbox = outbox;
        _intake = intake;
        _timeProvider = timeProvider;
        _logger = logger;
        _isEager = options.CommitInterval == TimeSpan.Zero;
        _hasReason = HasReason;
        // With interval 0 too: acknowledged rows, losses and the way back to disk need a beat.
        _beat = _isEager ? TimeSpan.FromSeconds(1) : options.CommitInterval;
        _timer = timeProvider.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Run) { Name = "telemetry-committer", IsBackground = true };
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread.Start();
        _timer.Change(_beat, _beat);
        return Task.CompletedTask;
    }

    /// <summary>Commits what is in the queues and closes the store. Producers must have stopped.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_thread.IsAlive)
            return;
        Volatile.Write(ref _stop, true);
        _intake.Signal.Wake();
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        Volatile.Write(ref _tick, true);
        _intake.Signal.Wake();
    }

    private bool HasReason()
    {
        if (Volatile.Read(ref _stop) || Volatile.Read(ref _tick))
            return true;
        if (_backoff > TimeSpan.Zero)
            return false; // only the clock may wake us
        foreach (var queue in _intake.Queues)
        {
            if (queue.UsedBytes >= (_isEager ? 1 : queue.CapacityBytes / 2))
                return true;
        }

        return false;
    }

    private void Run()
    {
        Commit(isFinal: false); // opens the store
        while (!Volatile.Read(ref _stop))
        {
            _intake.Signal.Wait(_hasReason);
            Volatile.Write(ref _tick, false);
            if (Volatile.Read(ref _stop))
                break;
            if (_backoff > TimeSpan.Zero && _timeProvider.GetElapsedTime(_failedAt) < _backoff)
                continue;
            Commit(isFinal: false);
        }

        Commit(isFinal: true);
        var left = _intake.Queues.Sum(q => q.UsedBytes);
        if (left > 0)
            TelemetryLog.LostAtStop(_logger, left);
        foreach (var queue in _intake.Queues)
            queue.Close();
        _outbox.Dispose();
        _ended.SetResult();
    }

    private void Commit(bool isFinal)
    {
        try
        {
            if (_outbox.Commit(isFinal) != CommitResult.Failed)
            {
                _backoff = TimeSpan.Zero;
                return;
            }
        }
        // Whatever it is, a dead committer would lose every record from now on; a live one may get over it.
        catch (Exception e)
        {
            TelemetryLog.CommitterError(_logger, e);
        }

        _failedAt = _timeProvider.GetTimestamp();
        _backoff = _backoff == TimeSpan.Zero ? FirstBackoff : _backoff * 2 < LastBackoff ? _backoff * 2 : LastBackoff;
    }
}
