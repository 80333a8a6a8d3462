using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Guards;

/// <summary>One thread that breaks off late runs of all models. It looks eight times per shortest time-out, at least every millisecond's worth and at
/// most four times a second, so a run is cut at most an eighth late. It sleeps for good while nobody has a time-out.</summary>
internal sealed class RunWatchdog(TimeProvider timeProvider) : IDisposable
{
    private const int ShortestWaitMilliseconds = 1;
    private const int LongestWaitMilliseconds = 250;

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _changed = new(false);
    private RunDeadline[] _deadlines = []; // replaced whole, so that the thread reads it without the lock
    private Thread? _thread;
    private int _waitMilliseconds = System.Threading.Timeout.Infinite;
    private bool _stop;

    /// <summary>A deadline for one thread's runs; dispose it when they are over.</summary>
    /// <param name="runtime">The runtime the runs belong to.</param>
    /// <param name="timeout">Longest run; zero is no limit.</param>
    public RunDeadline Watch(OrtRuntime runtime, TimeSpan timeout)
    {
        var deadline = new RunDeadline(runtime, timeout, this, timeProvider);
        if (timeout <= TimeSpan.Zero) return deadline;
        lock (_gate)
        {
            Set([.. _deadlines, deadline]);
            if (_thread is null)
            {
                _thread = new Thread(Run) { Name = "run watchdog", IsBackground = true };
                _thread.Start();
            }
        }

        return deadline;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Thread? thread;
        lock (_gate)
        {
            _stop = true;
            thread = _thread;
        }

        _changed.Set();
        thread?.Join();
        _changed.Dispose();
    }

    internal void Remove(RunDeadline deadline)
    {
        lock (_gate)
        {
            if (Array.IndexOf(_deadlines, deadline) >= 0) Set([.. _deadlines.Where(other => other != deadline)]);
        }
    }

    private void Set(RunDeadline[] deadlines)
    {
        Volatile.Write(ref _deadlines, deadlines);
        var wait = deadlines.Length == 0
            ? System.Threading.Timeout.Infinite
            : (int)Math.Clamp(deadlines.Min(deadline => deadline.Timeout).TotalMilliseconds / 8, ShortestWaitMilliseconds, LongestWaitMilliseconds);
        Volatile.Write(ref _waitMilliseconds, wait);
        if (!_stop) _changed.Set();
    }

    private void Run()
    {
        while (!Volatile.Read(ref _stop))
        {
            _changed.WaitOne(Volatile.Read(ref _waitMilliseconds));
            var now = timeProvider.GetTimestamp();
            foreach (var deadline in Volatile.Read(ref _deadlines)) deadline.Check(now);
        }
    }
}
