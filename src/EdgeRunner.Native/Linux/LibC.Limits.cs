using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <content>Limits, priorities and filters a process puts on itself.</content>
internal static unsafe partial class LibC
{
    internal const int EPERM = 1;
    internal const int ESRCH = 3;
    internal const int EACCES = 13;
    internal const int ENOSYS = 38;
    internal const int SIGKILL = 9;
    internal const int PR_SET_PDEATHSIG = 1;
    internal const int PR_SET_NO_NEW_PRIVS = 38;
    internal const int F_DUPFD_CLOEXEC = 1030;

    /// <seealso href="https://man7.org/linux/man-pages/man2/setrlimit.2.html"/>
    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    internal static partial int SetResourceLimit(int resource, ResourceLimit* limit);

    /// <seealso href="https://man7.org/linux/man-pages/man2/setrlimit.2.html"/>
    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int GetResourceLimit(int resource, ResourceLimit* limit);

    /// <remarks>Variadic in C; all arguments of the options used here are one machine word.</remarks>
    /// <seealso href="https://man7.org/linux/man-pages/man2/prctl.2.html"/>
    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int PrCtl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    /// <seealso href="https://man7.org/linux/man-pages/man2/syscall.2.html"/>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint SystemCall(nint number, nint argument1, nint argument2, void* argument3);

    /// <seealso href="https://man7.org/linux/man-pages/man2/setpgid.2.html"/>
    [LibraryImport("libc", EntryPoint = "setpgid", SetLastError = true)]
    internal static partial int SetProcessGroup(int process, int group);

    /// <seealso href="https://man7.org/linux/man-pages/man2/getppid.2.html"/>
    [LibraryImport("libc", EntryPoint = "getppid")]
    internal static partial int GetParentProcess();

    /// <seealso href="https://man7.org/linux/man-pages/man2/kill.2.html"/>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int process, int signal);

    /// <seealso href="https://man7.org/linux/man-pages/man2/dup.2.html"/>
    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    internal static partial int Dup2(int descriptor, int onto);

    [StructLayout(LayoutKind.Sequential)]
    internal struct ResourceLimit
    {
        internal ulong Soft;
        internal ulong Hard;
    }

    /// <summary><c>struct sock_filter</c>: one instruction of classic BPF.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SockFilter
    {
        internal ushort Code;
        internal byte JumpTrue;
        internal byte JumpFalse;
        internal uint Constant;
    }

    /// <summary><c>struct sock_fprog</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SockFilterProgram
    {
        internal ushort Length;
        internal SockFilter* Instructions;
    }
}
