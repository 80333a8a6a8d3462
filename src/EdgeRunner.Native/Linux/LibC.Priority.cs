using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>The calling thread's share of the processor.</summary>
internal static unsafe partial class LibC
{
    /// <summary>The first argument of <c>setpriority</c>: one process or, on Linux, one thread.</summary>
    internal const int PRIO_PROCESS = 0;

    /// <remarks>With <c>who</c> 0 the Linux kernel changes the calling thread alone, see the section "C library/kernel differences".</remarks>
    /// <seealso href="https://man7.org/linux/man-pages/man2/setpriority.2.html"/>
    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    internal static partial int SetPriority(int which, int who, int priority);
}
