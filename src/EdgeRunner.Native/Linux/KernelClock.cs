namespace EdgeRunner.Native.Linux;

/// <summary>Clocks of the kernel that .NET does not offer. Thread-safe; no call allocates.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man2/clock_gettime.2.html"/>
public static unsafe class KernelClock
{
    /// <summary>Nanoseconds since boot, time in suspend included (<c>CLOCK_BOOTTIME</c>). Never steps; comparable only within one boot
    /// (<see cref="BootId"/>).</summary>
    public static long BoottimeNanoseconds => Read(LibC.CLOCK_BOOTTIME);

    /// <summary>Nanoseconds since boot without time in suspend (<c>CLOCK_MONOTONIC</c>).</summary>
    public static long MonotonicNanoseconds => Read(LibC.CLOCK_MONOTONIC);

    /// <summary>True when some time daemon has told the kernel that the wall clock is set: <c>adjtimex</c> neither returns
    /// <c>TIME_ERROR</c> nor reports <c>STA_UNSYNC</c>. False too when the kernel does not answer (some sandboxes forbid the call),
    /// because an unknown clock must not be trusted.</summary>
    /// <seealso href="https://man7.org/linux/man-pages/man2/adjtimex.2.html"/>
    public static bool IsSynchronised
    {
        get
        {
            LibC.TimeX buffer = default; // modes = 0: read only, needs no capability
            var state = LibC.AdjTimeX(&buffer);
            return state >= 0 && state != LibC.TIME_ERROR && (buffer.Status & LibC.STA_UNSYNC) == 0;
        }
    }

    private static long Read(int clock)
    {
        LibC.TimeSpec time;
        // Cannot fail: the pointer is ours and both clocks exist since Linux 2.6.39.
        _ = LibC.ClockGetTime(clock, &time);
        return (time.Seconds * 1_000_000_000L) + time.Nanoseconds;
    }
}
