namespace EdgeRunner.Native.Linux;

/// <summary>The calling thread's weight against other threads.</summary>
public static class ThreadWeight
{
    /// <summary>Makes the calling thread give way to those of normal weight. There is no way back without a privilege, so for threads that end soon;
    /// threads it starts inherit it.</summary>
    /// <param name="nice">1 (a little) to 19 (only what nobody else wants).</param>
    /// <returns>False when the kernel refuses; the thread then goes on as it was.</returns>
    public static bool TryLower(int nice)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nice, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nice, 19);
        return LibC.SetPriority(LibC.PRIO_PROCESS, 0, nice) == 0;
    }
}
