namespace EdgeRunner.Native.Linux;

/// <summary>Where the calling thread runs, with what priority and weight. Linux hands all three down from the thread that starts another.</summary>
public static unsafe class ThreadPlace
{
    /// <summary>Gives the calling thread the processors, scheduling policy and nice value of the process's first thread, whatever the thread that
    /// started it has.</summary>
    /// <returns>False when the kernel refuses one of them: a nice value that was raised goes back only with a privilege (CAP_SYS_NICE, or
    /// RLIMIT_NICE). The others are set all the same.</returns>
    public static bool TryTakeFromProcess()
    {
        var process = Environment.ProcessId;
        return TakeProcessors() & TakePolicy(process) & TakeWeight(process);
    }

    private static bool TakeProcessors() => CpuAffinity.OfProcess() is { Count: > 0 } all && CpuAffinity.TryPinThread(all, out _);

    private static bool TakePolicy(int process)
    {
        int priority, own;
        var policy = LibC.GetScheduler(process);
        if (policy < 0 || LibC.GetSchedulerPriority(process, &priority) != 0 || LibC.GetSchedulerPriority(0, &own) != 0)
        {
            return false;
        }
        // Setting what is set already may be refused.
        return (policy == LibC.GetScheduler(0) && priority == own) || SchedulingNative.SchedSetScheduler(0, policy, &priority) == 0;
    }

    private static bool TakeWeight(int process)
    {
        var nice = LibC.GetPriority(LibC.PRIO_PROCESS, process);
        return nice == LibC.GetPriority(LibC.PRIO_PROCESS, 0) || LibC.SetPriority(LibC.PRIO_PROCESS, 0, nice) == 0;
    }
}
