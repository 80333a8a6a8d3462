using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>Real-time priority of a thread: <c>SCHED_FIFO</c>, which runs before every ordinary thread until it waits.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man7/sched.7.html"/>
public static unsafe class RealtimeScheduling
{
    /// <summary>Highest priority of Linux; 1 is the lowest.</summary>
    public const int MaxPriority = 99;

    /// <summary>Priority up to which this process may go without <c>CAP_SYS_NICE</c>: the soft <c>RLIMIT_RTPRIO</c>, normally 0.</summary>
    public static long PriorityLimit => ResourceLimit(SchedulingNative.RLIMIT_RTPRIO);

    /// <summary>Gives the calling thread <c>SCHED_FIFO</c>. What it starts from then on, threads and programs, begins with the ordinary policy
    /// (<c>SCHED_RESET_ON_FORK</c>).</summary>
    /// <param name="priority">1 to 99.</param>
    /// <param name="error">0, or the kernel's: EPERM without the right.</param>
    public static bool TrySetFifo(int priority, out int error)
    {
        var done = SchedulingNative.SchedSetScheduler(0, SchedulingNative.SCHED_FIFO | SchedulingNative.SCHED_RESET_ON_FORK, &priority) == 0;
        error = done ? 0 : Marshal.GetLastPInvokeError();
        return done;
    }

    /// <summary>A soft limit; <see cref="long.MaxValue"/> is unlimited, 0 where the kernel does not tell.</summary>
    internal static long ResourceLimit(int resource)
    {
        SchedulingNative.Limit limit;
        return SchedulingNative.GetRLimit(resource, &limit) == 0 ? (long)Math.Min(limit.Soft, long.MaxValue) : 0;
    }
}
