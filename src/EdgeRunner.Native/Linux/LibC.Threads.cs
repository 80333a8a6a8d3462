using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>Waiting on a word of memory, and where and with what right a thread runs.</summary>
internal static unsafe partial class LibC
{
    internal const int FUTEX_WAIT_PRIVATE = 0 | 128;
    internal const int FUTEX_WAKE_PRIVATE = 1 | 128;

    /// <summary>Number of the system call <c>futex</c>, for which the C library has no function.</summary>
    internal static nint FutexNumber { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 98 : 202;

    /// <remarks>Variadic in C; on 64-bit Linux whole numbers and pointers are passed the same way either way.</remarks>
    /// <seealso href="https://man7.org/linux/man-pages/man2/futex.2.html"/>
    [LibraryImport("libc", EntryPoint = "syscall")]
    internal static partial nint Futex(nint number, int* word, nint operation, nint value, nint timeout, nint word2, nint value3);

    /// <remarks>The id of a process stands for its first thread, 0 for the calling one.</remarks>
    /// <seealso href="https://man7.org/linux/man-pages/man2/sched_setscheduler.2.html"/>
    [LibraryImport("libc", EntryPoint = "sched_getscheduler", SetLastError = true)]
    internal static partial int GetScheduler(int thread);

    /// <seealso href="https://man7.org/linux/man-pages/man2/sched_setparam.2.html"/>
    [LibraryImport("libc", EntryPoint = "sched_getparam", SetLastError = true)]
    internal static partial int GetSchedulerPriority(int thread, int* priority);

    /// <returns>The nice value, or -1 with an error number; -1 without one is a nice value too.</returns>
    /// <seealso href="https://man7.org/linux/man-pages/man2/setpriority.2.html"/>
    [LibraryImport("libc", EntryPoint = "getpriority", SetLastError = true)]
    internal static partial int GetPriority(int which, int who);
}
