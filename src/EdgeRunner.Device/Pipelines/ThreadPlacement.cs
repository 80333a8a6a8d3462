using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Pipelines;

/// <summary>Puts a pipeline's thread on its processors and gives it its priority (<c>pipelines.NAME.thread</c>).</summary>
/// <remarks>A refusal costs latency, not data, so the pipeline runs without and <c>status</c> says so, unless <c>required</c> is set
/// (docs/real-time.md).</remarks>
internal static class ThreadPlacement
{
    /// <summary>End of the name that a placement has in <c>status</c>; the name of a pipeline has no blank.</summary>
    internal const string ComponentSuffix = " thread";

    private const int NotPermitted = 1; // EPERM

    /// <summary>Places the calling thread. Called once, first thing on the thread.</summary>
    /// <param name="options">What is wished.</param>
    /// <param name="component">Name in <c>status</c>, e.g. <c>pipeline speech thread</c>; set only when something is wished.</param>
    /// <param name="states">Told what became of it.</param>
    /// <exception cref="ThreadPlacementException">It is required and cannot be had.</exception>
    public static void Apply(PipelineThreadOptions options, string component, StateBoard states)
    {
        if (options.Cpus is null && options.RealtimePriority == 0) return;
        List<string> done = [], refused = [];
        if (options.Cpus is { } cpus) Note(Pin(cpus), $"on processor {CpuList.Format(cpus)}");
        if (options.RealtimePriority is var priority and > 0) Note(Prioritise(priority), $"SCHED_FIFO priority {priority}");
        if (refused.Count == 0)
        {
            states.Set(component, ComponentState.Running, string.Join(", ", done));
            return;
        }

        var reason = string.Join("; ", refused);
        states.Set(component, ComponentState.Degraded, options.Required ? reason : $"{reason}; the pipeline runs without it");
        if (options.Required) throw new ThreadPlacementException($"{reason}; thread.required is set");

        void Note(string? refusal, string success)
        {
            if (refusal is null) done.Add(success);
            else refused.Add(refusal);
        }
    }

    /// <summary>Keeps the threads that ONNX Runtime adds off the processors of the pipeline's own thread. Where nothing else is left to the
    /// process they may run anywhere: they would otherwise begin with the pipeline's processors.</summary>
    public static ModelLoadOptions KeepOff(ModelLoadOptions load, PipelineThreadOptions options)
    {
        if (options.Cpus is not { } cpus) return load;
        var all = CpuAffinity.OfProcess();
        var others = all.Except(cpus).ToArray();
        return load with { WorkerCpus = others.Length > 0 ? others : all };
    }

    private static string? Pin(List<int> cpus)
    {
        var online = CpuList.ReadOnline();
        var missing = cpus.Except(online).ToArray();
        if (missing.Length > 0) return $"thread.cpus: there is no processor {CpuList.Format(missing)}; this machine has {CpuList.Format(online)}";
        if (CpuAffinity.TryPinThread(cpus, out var error))
        {
            // The kernel takes what is left of the list without a word.
            var denied = cpus.Except(CpuAffinity.OfThread()).ToArray();
            if (denied.Length == 0) return null;
        }
        else if (error == NotPermitted)
        {
            return "thread.cpus: refused (EPERM); a system call filter forbids sched_setaffinity: allow it in the unit's SystemCallFilter= or the container's seccomp profile";
        }

        return $"thread.cpus: processor {CpuList.Format(cpus)} is not left to this process, which may use {CpuList.Format(CpuAffinity.OfProcess())}; " +
            "see AllowedCPUs= of the unit, or the container's cpuset";
    }

    private static string? Prioritise(int priority)
    {
        if (RealtimeScheduling.TrySetFifo(priority, out var error)) return null;
        var limit = RealtimeScheduling.PriorityLimit;
        if (error == NotPermitted && !LinuxCapabilities.Has(LinuxCapabilities.SysNice) && limit < priority)
        {
            return $"thread.realtimePriority: {priority} is refused: it needs CAP_SYS_NICE, or a real-time limit of at least {priority} (now {limit}): " +
                $"LimitRTPRIO={priority} in the unit, ulimit -r {priority} in a shell";
        }

        return $"thread.realtimePriority: {priority} is refused (error {error}) although the right is there: a control group without real-time budget (cpu.rt_runtime_us), " +
            "RestrictRealtime= of the unit, or a container's seccomp profile forbids it";
    }
}
