using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>Keeps the pages of this process in memory.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man2/mlock.2.html"/>
public static class MemoryLock
{
    /// <summary>Bytes of address space this process may lock without <c>CAP_IPC_LOCK</c>: the soft <c>RLIMIT_MEMLOCK</c>;
    /// <see cref="long.MaxValue"/> is unlimited.</summary>
    public static long LimitBytes => RealtimeScheduling.ResourceLimit(SchedulingNative.RLIMIT_MEMLOCK);

    /// <summary>From now on no page of this process that has been touched is written to swap or dropped, those of program files included.</summary>
    /// <remarks>With <c>MCL_ONFAULT</c> (Linux 4.4): pages are locked when they are first touched. Without it the kernel would fill every thread's
    /// stack and everything the garbage collector has set aside. The limit counts address space all the same, of which .NET reserves 256 GB,
    /// so in practice it must be unlimited.</remarks>
    /// <param name="error">0, or the kernel's: EPERM or ENOMEM without the right.</param>
    public static bool TryLockAll(out int error)
    {
        var done = SchedulingNative.MLockAll(SchedulingNative.MCL_CURRENT | SchedulingNative.MCL_FUTURE | SchedulingNative.MCL_ONFAULT) == 0;
        error = done ? 0 : Marshal.GetLastPInvokeError();
        return done;
    }

    /// <summary>Undoes <see cref="TryLockAll"/>.</summary>
    public static void UnlockAll() => _ = SchedulingNative.MUnlockAll();
}
