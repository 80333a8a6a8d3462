using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeRunner.Device.Updates;

/// <summary>Says when this device checks for releases, and when it may begin to move one. Thread-safe; it does nothing by itself.</summary>
/// <remarks>
/// What wakes one device mostly wakes the fleet: a new timestamp, a broker that comes back, power that comes back, the moment of a rollout. With J = <c>updates.jitterSeconds</c> and
/// h = hash of the device id in [0, 1), each wake leads to a check at <c>wake + h*J</c>, so that a depot is not asked by all at once, and to chunks from
/// <c>wake + J</c> on, by all together, so that each chunk is sent once for many. A timestamp that comes while a check is under way, or while its chunks wait, counts
/// for them too: the check may have seen the new release, and the others begin with it J after the timestamp. A person who asks waits for neither.
/// </remarks>
internal sealed class UpdateSchedule
{
    // A depot or broker that goes up and down must not turn into checks without end.
    private static readonly TimeSpan LeastGap = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(30);

    // In windows: timestamps without end must not hold up chunks for ever.
    private const int LongestBulkWait = 3;

    private readonly Lock _gate = new();
    private readonly TimeSpan _window;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _timeProvider;
    private readonly long _origin;
    private readonly double _share;
    private TaskCompletionSource _moved = New();
    private TimestampMark? _seen;
    private TimeSpan _checkAt;
    private TimeSpan _checkBulkAt;
    private UpdateTrigger _trigger = UpdateTrigger.Start;
    private TimeSpan _begunAt = TimeSpan.MinValue;
    private TimeSpan _bulkAt;
    private bool _isAsked; // a person waits for the check that was begun last
    private int _failures;

    /// <summary>The first check is due <see cref="Jitter"/> from now.</summary>
    /// <param name="deviceId">Of this device; the same one has the same jitter for ever.</param>
    /// <param name="jitterSeconds"><c>updates.jitterSeconds</c>.</param>
    /// <param name="checkIntervalMinutes"><c>updates.checkIntervalMinutes</c>.</param>
    /// <param name="timeProvider">The clock; only its monotonic part is used.</param>
    internal UpdateSchedule(string deviceId, double jitterSeconds, int checkIntervalMinutes, TimeProvider timeProvider)
    {
        (_window, _interval, _timeProvider) = (TimeSpan.FromSeconds(jitterSeconds), TimeSpan.FromMinutes(checkIntervalMinutes), timeProvider);
        // Another hash than the one that decides who takes part in a rollout: else the first percent of a fleet would also be the first to ask.
        _share = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes("jitter|" + deviceId))) / (double)(1L << 32);
        _origin = timeProvider.GetTimestamp();
        (_checkAt, _checkBulkAt) = (Jitter, _window);
    }

    /// <summary>This device's place in its fleet, in [0, 1): what spreads devices out in time.</summary>
    internal double Share => _share;

    /// <summary><c>updates.checkIntervalMinutes</c>.</summary>
    internal TimeSpan Interval => _interval;

    /// <summary>How long this device waits after a wake; at least 0, below <c>updates.jitterSeconds</c>.</summary>
    internal TimeSpan Jitter => _window * _share;

    /// <summary>Time until the next check; zero when it is due.</summary>
    internal TimeSpan CheckDelay
    {
        get
        {
            lock (_gate) return Until(_checkAt);
        }
    }

    /// <summary>Time until chunks may be asked for in the check that was begun last; zero when they may.</summary>
    internal TimeSpan BulkDelay
    {
        get
        {
            lock (_gate) return Until(_bulkAt);
        }
    }

    private TimeSpan Now => _timeProvider.GetElapsedTime(_origin);

    /// <summary>A message on <c>tuf/timestamp</c>. It wakes when it is another than the last one; one that is just repeated, as after a reconnect, does not.</summary>
    /// <param name="payload">As received; it proves nothing and is only compared.</param>
    internal void OnTimestamp(ReadOnlySpan<byte> payload)
    {
        var mark = TimestampMark.Of(payload);
        lock (_gate)
        {
            if (mark == _seen) return;
            // The first one after a start says nothing new: the check at the start is on its way, and finds it.
            var isNews = _seen is not null || _begunAt > TimeSpan.MinValue;
            _seen = mark;
            if (!isNews) return;
            Wake(UpdateTrigger.Timestamp);
            if (!_isAsked && Now + _window > _bulkAt) _bulkAt = Now + _window;
        }
    }

    /// <summary>The broker connection has come up.</summary>
    internal void OnConnected()
    {
        lock (_gate) Wake(UpdateTrigger.Reconnect);
    }

    /// <summary>The device itself wants a check: the moment of a rollout has come, for the whole fleet, or what it runs is damaged. No person waits for it.</summary>
    internal void OnNeed()
    {
        lock (_gate) Wake(UpdateTrigger.Need);
    }

    /// <summary>A person wants a check now, and what it finds at once.</summary>
    internal void Ask()
    {
        lock (_gate)
        {
            var now = Now;
            // Also for a check that waits for its chunks already.
            _isAsked = true;
            if (_bulkAt > now) _bulkAt = now;
            Plan(now, now, UpdateTrigger.Manual);
        }
    }

    /// <summary>Takes the check that is due. Tell its end with <see cref="OnChecked"/>.</summary>
    /// <returns>False when none is due.</returns>
    internal bool TryBegin(out UpdateTrigger trigger)
    {
        lock (_gate)
        {
            trigger = _trigger;
            var now = Now;
            if (_checkAt > now) return false;
            _bulkAt = _checkBulkAt;
            _isAsked = trigger == UpdateTrigger.Manual;
            _begunAt = now;
            // As if woken one interval after this wake: devices that were woken together stay together.
            Plan(now + _interval, _bulkAt + _interval, UpdateTrigger.Interval, replace: true);
            return true;
        }
    }

    /// <summary>Waits until a check is due and takes it.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    internal async Task<UpdateTrigger> WaitForCheckAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var moved = Volatile.Read(ref _moved);
            if (TryBegin(out var trigger)) return trigger;
            await WaitAsync(moved.Task, CheckDelay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until chunks may be asked for; a person who asks ends the wait.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    internal async Task WaitForBulkAsync(CancellationToken cancellationToken)
    {
        var latest = Now + (_window * LongestBulkWait);
        while (true)
        {
            var moved = Volatile.Read(ref _moved);
            var (delay, limit) = (BulkDelay, Until(latest));
            if (limit < delay) delay = limit;
            if (delay <= TimeSpan.Zero) return;
            await WaitAsync(moved.Task, delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A check has ended. After a failure the next one comes sooner than the interval: 30 s, doubled each time.</summary>
    internal void OnChecked(bool succeeded)
    {
        lock (_gate)
        {
            if (succeeded)
            {
                _failures = 0;
                return;
            }

            // 20 doublings pass the longest interval that can be configured. Half is fixed and half depends on the device, so that a fleet does not come back in step.
            var bound = FirstRetry * Math.Pow(2, Math.Min(_failures++, 20));
            var delay = (bound < _interval ? bound : _interval) * (0.5 + (_share / 2));
            Plan(Now + delay, Now + delay, UpdateTrigger.Retry);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake(UpdateTrigger trigger)
    {
        var now = Now;
        var checkAt = now + Jitter;
        if (_begunAt > TimeSpan.MinValue && checkAt < _begunAt + LeastGap) checkAt = _begunAt + LeastGap;
        Plan(checkAt, now + _window, trigger);
    }

    // The earlier check stays; its chunks wait for the later wake, since that is when the others begin. A person's check keeps what it has.
    private void Plan(TimeSpan checkAt, TimeSpan bulkAt, UpdateTrigger trigger, bool replace = false)
    {
        var isFirst = replace || checkAt < _checkAt || trigger == UpdateTrigger.Manual;
        if (isFirst || (_trigger != UpdateTrigger.Manual && trigger is (UpdateTrigger.Timestamp or UpdateTrigger.Need))) _checkBulkAt = bulkAt;
        if (!isFirst) return;
        (_checkAt, _trigger) = (checkAt < _checkAt || replace ? checkAt : _checkAt, trigger);
        var moved = _moved;
        Volatile.Write(ref _moved, New());
        moved.TrySetResult();
    }

    private TimeSpan Until(TimeSpan at) => at <= Now ? TimeSpan.Zero : at - Now;

    // Cut short by a change of plans; a time-out is the plan itself.
    private async Task WaitAsync(Task moved, TimeSpan delay, CancellationToken cancellationToken)
    {
        // A day at most: timers end at 49 of them.
        var limit = delay < TimeSpan.FromDays(1) ? delay : TimeSpan.FromDays(1);
        await moved.WaitAsync(limit, _timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
