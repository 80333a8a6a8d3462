using EdgeRunner.Device.Configuration;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Health;

/// <summary><c>process.lockMemory</c>: keeps the daemon's pages in memory. A refusal shows in <c>status</c>, and the daemon runs without.</summary>
internal static class MemoryLocking
{
    /// <summary>Name in <c>status</c>.</summary>
    internal const string Component = "memory lock";

    /// <summary>Locks when that is wished; says in <paramref name="states"/> what became of it.</summary>
    public static void Apply(ProcessOptions options, StateBoard states)
    {
        if (!options.LockMemory) return;
        var limit = MemoryLock.LimitBytes;
        // Looked at first: with a limit that is large enough for today, some later allocation would fail instead.
        if (limit != long.MaxValue && !LinuxCapabilities.Has(LinuxCapabilities.IpcLock))
        {
            states.Set(Component, ComponentState.Degraded,
                $"process.lockMemory: refused: the limit of locked memory is {limit / 1024} KB and counts address space, of which the runtime sets aside hundreds of GB; " +
                "it needs LimitMEMLOCK=infinity in the unit (ulimit -l unlimited in a shell), or CAP_IPC_LOCK; the daemon runs without it");
        }
        else if (MemoryLock.TryLockAll(out var error))
        {
            states.Set(Component, ComponentState.Running, "pages stay in memory once they are touched");
        }
        else
        {
            states.Set(Component, ComponentState.Degraded,
                $"process.lockMemory: mlockall is refused (error {error}) although the right is there: a container's seccomp profile or SystemCallFilter= of the unit forbids it; the daemon runs without it");
        }
    }
}
