using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>On which processors a thread may run. A thread or process that a thread starts begins with the set of that thread.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html"/>
public static unsafe class CpuAffinity
{
    /// <summary>Processors of the calling thread, ascending; empty where the kernel does not tell.</summary>
    public static IReadOnlyList<int> OfThread() => Read(0);

    /// <summary>Processors of the process's first thread, which nobody pins: what <c>taskset</c>, the unit's <c>CPUAffinity=</c> or a container
    /// leaves to the process. Ascending; empty where the kernel does not tell.</summary>
    public static IReadOnlyList<int> OfProcess() => Read(Environment.ProcessId);

    /// <summary>Keeps the calling thread on <paramref name="cpus"/>. Must not be a thread of the pool.</summary>
    /// <param name="cpus">0 to 1023. Those that do not exist or are not left to the process count for nothing.</param>
    /// <param name="error">0, or the kernel's: EINVAL when none of them is left.</param>
    public static bool TryPinThread(IEnumerable<int> cpus, out int error)
    {
        var mask = stackalloc byte[SchedulingNative.CpuSetBytes];
        new Span<byte>(mask, SchedulingNative.CpuSetBytes).Clear();
        foreach (var cpu in cpus)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(cpu, nameof(cpus));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(cpu, SchedulingNative.CpuSetBytes * 8, nameof(cpus));
            mask[cpu >> 3] |= (byte)(1 << (cpu & 7)); // little-endian, as both architectures are
        }

        var done = SchedulingNative.SchedSetAffinity(0, SchedulingNative.CpuSetBytes, mask) == 0;
        error = done ? 0 : Marshal.GetLastPInvokeError();
        return done;
    }

    /// <summary>Lets the calling thread run where the process may until the result is disposed on the same thread: for starting a thread or
    /// a program that shall not share a pinned processor.</summary>
    public static Widened Widen()
    {
        var (mine, all) = (OfThread(), OfProcess());
        return mine.Count == 0 || all.Count == 0 || mine.SequenceEqual(all) || !TryPinThread(all, out _) ? default : new Widened(mine);
    }

    private static List<int> Read(int threadId)
    {
        var mask = stackalloc byte[SchedulingNative.CpuSetBytes];
        new Span<byte>(mask, SchedulingNative.CpuSetBytes).Clear();
        var cpus = new List<int>();
        if (SchedulingNative.SchedGetAffinity(threadId, SchedulingNative.CpuSetBytes, mask) != 0)
            return cpus;
        for (var cpu = 0; cpu < SchedulingNative.CpuSetBytes * 8; cpu++)
        {
            if ((mask[cpu >> 3] >> (cpu & 7) & 1) != 0)
                cpus.Add(cpu);
        }

        return cpus;
    }

    /// <summary>Puts the thread back on its processors.</summary>
    public readonly struct Widened : IDisposable
    {
        private readonly IReadOnlyList<int>? _before;

        internal Widened(IReadOnlyList<int> before) => _before = before;

        /// <inheritdoc/>
        public void Dispose()
        {
            if (_before is not null)
                _ = TryPinThread(_before, out _);
        }
    }
}
