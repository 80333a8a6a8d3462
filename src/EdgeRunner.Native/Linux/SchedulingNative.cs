using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>Calls of the C library about where and how urgently threads run, and about locked memory. Numbers are those of Linux on x86-64
/// and AArch64, which agree.</summary>
internal static unsafe partial class SchedulingNative
{
    internal const int SCHED_FIFO = 1;
    internal const int SCHED_RESET_ON_FORK = 0x40000000;
    internal const int MCL_CURRENT = 1;
    internal const int MCL_FUTURE = 2;
    internal const int MCL_ONFAULT = 4;
    internal const int RLIMIT_MEMLOCK = 8;
    internal const int RLIMIT_RTPRIO = 14;

    /// <summary>Bytes of <c>cpu_set_t</c>: 1024 processors.</summary>
    internal const int CpuSetBytes = 128;

    /// <seealso href="https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html"/>
    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    internal static partial int SchedSetAffinity(int threadId, nuint size, byte* mask);

    /// <seealso href="https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html"/>
    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    internal static partial int SchedGetAffinity(int threadId, nuint size, byte* mask);

    /// <seealso href="https://man7.org/linux/man-pages/man2/sched_setscheduler.2.html"/>
    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    internal static partial int SchedSetScheduler(int threadId, int policy, int* priority);

    /// <seealso href="https://man7.org/linux/man-pages/man2/mlock.2.html"/>
    [LibraryImport("libc", EntryPoint = "mlockall", SetLastError = true)]
    internal static partial int MLockAll(int flags);

    /// <seealso href="https://man7.org/linux/man-pages/man2/mlock.2.html"/>
    [LibraryImport("libc", EntryPoint = "munlockall", SetLastError = true)]
    internal static partial int MUnlockAll();

    /// <seealso href="https://man7.org/linux/man-pages/man2/getrlimit.2.html"/>
    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int GetRLimit(int resource, Limit* limit);

    /// <summary><c>struct rlimit</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Limit
    {
        internal ulong Soft;
        internal ulong Hard;
    }
}
