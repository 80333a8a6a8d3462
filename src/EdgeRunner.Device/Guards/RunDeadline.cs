using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Guards;

/// <summary>The deadline of one thread's runs. The thread calls <see cref="Begin"/> and <see cref="End"/> around each run; <see cref="RunWatchdog"/> breaks off
/// what is late. Two interlocked stores for each run, no allocation, no lock.</summary>
/// <remarks>
/// The watchdog must never hit the run after the late one. So it takes the deadline it has seen out of <c>_due</c> with a compare-and-swap
/// before it terminates; a run that has ended meanwhile has taken it out itself, and the watchdog gives up. A thread that finds its run cut
/// waits for the watchdog's call to be over (microseconds) and clears the flag before it goes on.
/// </remarks>
internal sealed class RunDeadline : IDisposable
{
    private const long Idle = 0;
    private const long Cut = -1;

    private readonly TimeProvider _timeProvider;
    private readonly RunWatchdog _watchdog;
    private readonly long _ticks;
    private long _due;
    private bool _isTerminated;
    private bool _isStopped;

    internal RunDeadline(OrtRuntime runtime, TimeSpan timeout, RunWatchdog watchdog, TimeProvider timeProvider)
    {
        Timeout = timeout;
        _watchdog = watchdog;
        _timeProvider = timeProvider;
        _ticks = timeout > TimeSpan.Zero ? (long)(timeout.TotalSeconds * timeProvider.TimestampFrequency) : 0;
        Options = new OrtRunOptions(runtime);
    }

    /// <summary>Goes into each run.</summary>
    public OrtRunOptions Options { get; }

    /// <summary>Longest run; zero is no limit.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>A run begins.</summary>
    public void Begin() => Interlocked.Exchange(ref _due, _ticks > 0 ? _timeProvider.GetTimestamp() + _ticks : long.MaxValue);

    /// <summary>The run is over, whatever became of it.</summary>
    /// <returns>True when it was broken off, or would have been a moment later.</returns>
    public bool End()
    {
        if (Interlocked.Exchange(ref _due, Idle) != Cut) return false;
        var spin = default(SpinWait);
        while (!Volatile.Read(ref _isTerminated)) spin.SpinOnce();
        Volatile.Write(ref _isTerminated, false);
        Options.ClearTerminate();
        // After the flag is cleared and not before: a stop that came in between has only its own mark left.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isStopped)) Options.Terminate();
        return true;
    }

    /// <summary>Breaks off the present run and all later ones: the daemon stops. Any thread.</summary>
    public void Stop()
    {
        Volatile.Write(ref _isStopped, true);
        Interlocked.MemoryBarrier();
        try
        {
            Options.Terminate();
        }
        catch (ObjectDisposedException)
        {
            // The pipeline has ended meanwhile.
        }
    }

    /// <summary>Breaks off the present run when it is late. The watchdog's thread only.</summary>
    internal void Check(long now)
    {
        var due = Volatile.Read(ref _due);
        if (due is Idle or Cut || now < due || Interlocked.CompareExchange(ref _due, Cut, due) != due) return;
        try
        {
            Options.Terminate();
        }
        catch (ObjectDisposedException)
        {
            // Nothing runs any more.
        }
        finally
        {
            Volatile.Write(ref _isTerminated, true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watchdog.Remove(this);
        Options.Dispose();
    }
}
