using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>Signals to a child and to all that belongs to it.</summary>
public static class ProcessGroup
{
    /// <summary>Kills the group that <paramref name="leader"/> leads, or the process alone where it does not lead one yet.</summary>
    /// <param name="leader">Id of a child that has not been reaped: only then is the id surely still its own.</param>
    /// <returns>False when there is no such process any more.</returns>
    /// <exception cref="IOException">The kernel refuses (EPERM).</exception>
    /// <seealso href="https://man7.org/linux/man-pages/man2/kill.2.html"/>
    public static bool Kill(int leader)
    {
        // 0 and -1 would be our own group and everything we may signal.
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(leader, 1);
        if (LibC.Kill(-leader, LibC.SIGKILL) == 0 || LibC.Kill(leader, LibC.SIGKILL) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == LibC.ESRCH ? false : throw ProcessRestraint.Failure($"kill({leader})", error);
    }
}
