namespace EdgeRunner.Device.Telemetry;

/// <summary>Wakes the committer. Any thread may signal; only the committer waits. Signalling allocates nothing and, while the committer is
/// busy, costs one fence.</summary>
/// <remarks>Dekker's scheme: the waiter announces itself, fences and looks again for work; the signaller publishes its work, fences and
/// looks
/// for a waiter. One of the two always sees the other.</remarks>
internal sealed class CommitSignal : IDisposable
{
    private readonly AutoResetEvent _event = new(false);
    private bool _waiting;

    /// <summary>Wakes the committer if it sleeps; the caller has published its work before.</summary>
    internal void WakeIfWaiting()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waiting))
            Wake();
    }

    /// <summary>Wakes the committer now or at its next wait: for the clock and for stopping.</summary>
    internal void Wake()
    {
        try
        {
            _event.Set();
        }
        catch (ObjectDisposedException)
        {
            // A last tick of the timer during shutdown: there is nobody left to wake, and on that thread an exception ends the process.
        }
    }

    /// <summary>Sleeps until woken, unless <paramref name="hasWork"/> says after the announcement that there is no need to.</summary>
    internal void Wait(Func<bool> hasWork)
    {
        Volatile.Write(ref _waiting, true);
        Interlocked.MemoryBarrier();
        if (!hasWork())
            _event.WaitOne();
        Volatile.Write(ref _waiting, false);
    }

    public void Dispose() => _event.Dispose();
}
