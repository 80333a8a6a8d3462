using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>The few calls of the C library this folder needs. Layouts are those of 64-bit Linux (x86-64 and AArch64 agree on all of
/// them).</summary>
internal static unsafe partial class LibC
{
    internal const int EINTR = 4;
    internal const short POLLIN = 0x001;
    internal const short POLLNVAL = 0x020;
    internal const int CLOCK_MONOTONIC = 1;
    internal const int CLOCK_BOOTTIME = 7;
    internal const int F_SETPIPE_SZ = 1031;
    internal const int F_GETPIPE_SZ = 1032;
    internal const int STA_UNSYNC = 0x0040;
    internal const int TIME_ERROR = 5;
    internal const int MADV_DONTNEED = 4;

    /// <seealso href="https://man7.org/linux/man-pages/man2/poll.2.html"/>
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollFd* descriptors, nuint count, int timeoutMilliseconds);

    /// <remarks>Served by the vDSO without entering the kernel, hence no GC transition.</remarks>
    /// <seealso href="https://man7.org/linux/man-pages/man2/clock_gettime.2.html"/>
    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    internal static partial int ClockGetTime(int clock, TimeSpec* result);

    /// <seealso href="https://man7.org/linux/man-pages/man2/adjtimex.2.html"/>
    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    internal static partial int AdjTimeX(TimeX* buffer);

    /// <remarks>Variadic in C; on 64-bit Linux an int is passed the same way either way.</remarks>
    /// <seealso href="https://man7.org/linux/man-pages/man2/fcntl.2.html"/>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int FCntl(int descriptor, int command, int argument);

    /// <seealso href="https://man7.org/linux/man-pages/man2/madvise.2.html"/>
    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    internal static partial int MAdvise(nint address, nuint length, int advice);

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        internal int Descriptor;
        internal short Events;
        internal short ReturnedEvents;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        internal long Seconds;
        internal long Nanoseconds;
    }

    /// <summary><c>struct timex</c> of <c>linux/timex.h</c>: 208 bytes, of which we look at two.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 208)]
    internal struct TimeX
    {
        [FieldOffset(0)] internal uint Modes;
        [FieldOffset(40)] internal int Status;
    }
}
