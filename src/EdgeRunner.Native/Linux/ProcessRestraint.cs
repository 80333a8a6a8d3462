using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Native.Linux;

/// <summary>What a process takes away from itself before it touches something it does not trust. Nothing here needs a privilege, and nothing
/// can be taken back. <see cref="SystemCallFilter"/> is the other half.</summary>
public static unsafe class ProcessRestraint
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    /// <summary>Limits a resource, for good: soft and hard limit.</summary>
    /// <param name="resource">What.</param>
    /// <param name="soft">Never above what is in force; then that stays.</param>
    /// <param name="hard">The same; at least <paramref name="soft"/>.</param>
    /// <exception cref="IOException">The kernel refuses; the message says what and why.</exception>
    public static void Limit(ProcessResource resource, ulong soft, ulong hard)
    {
        LibC.ResourceLimit current;
        Check(LibC.GetResourceLimit((int)resource, &current), $"getrlimit({resource})");
        var limit = new LibC.ResourceLimit { Soft = Math.Min(soft, current.Hard), Hard = Math.Min(hard, current.Hard) };
        Check(LibC.SetResourceLimit((int)resource, &limit), $"setrlimit({resource}, {limit.Soft}, {limit.Hard})");
    }

    /// <summary>Makes this process the leader of a group of its own, so that its parent can kill all of it by one id and a Ctrl-C on the
    /// parent's terminal goes to the parent alone.</summary>
    /// <exception cref="IOException">The kernel refuses, e.g. to a session leader.</exception>
    public static void LeadOwnGroup() => Check(LibC.SetProcessGroup(0, 0), "setpgid");

    /// <summary>Has the kernel kill this process when its parent dies.</summary>
    /// <param name="parent">Process id of the parent.</param>
    /// <returns>False when the parent has died already: then nobody waits for this process, and it should end.</returns>
    /// <remarks>The kernel means the <em>thread</em> that started this process: the parent must keep that thread until the end.</remarks>
    /// <seealso href="https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html"/>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static bool DieWithParent(int parent)
    {
        Check(LibC.PrCtl(LibC.PR_SET_PDEATHSIG, LibC.SIGKILL, 0, 0, 0), "prctl(PR_SET_PDEATHSIG)");
        return LibC.GetParentProcess() == parent;
    }

    /// <summary>No program that this process starts can have more rights than it has itself. <see cref="SystemCallFilter"/> needs it.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void GiveUpNewPrivileges() => Check(LibC.PrCtl(LibC.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)");

    /// <summary>Lowers the priority of this thread and of those it starts from now on.</summary>
    /// <param name="niceness">0 to 19; 19 yields most.</param>
    /// <returns>False when the kernel refuses, e.g. to raise it again.</returns>
    public static bool TryLowerPriority(int niceness)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(niceness);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(niceness, 19);
        return LibC.SetPriority(LibC.PRIO_PROCESS, 0, niceness) == 0;
    }

    /// <summary>Makes this process the first one that the kernel kills when memory runs out.</summary>
    /// <returns>False where <c>/proc</c> is not writable.</returns>
    public static bool TryDieFirstWithoutMemory()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // the other limits hold all the same
        }
    }

    /// <summary>Takes standard output for the caller alone; what other code writes there goes to standard error from now on.</summary>
    /// <returns>The pipe or file that standard output was; owned by the caller.</returns>
    /// <exception cref="IOException">There is none.</exception>
    public static SafeFileHandle TakeStandardOutput()
    {
        var own = LibC.FCntl(StandardOutput, LibC.F_DUPFD_CLOEXEC, StandardError + 1);
        Check(own, "fcntl(F_DUPFD_CLOEXEC)");
        var handle = new SafeFileHandle(own, ownsHandle: true);
        if (LibC.Dup2(StandardError, StandardOutput) >= 0)
            return handle;
        var error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        throw Failure("dup2", error);
    }

    internal static void Check(int result, string call)
    {
        if (result < 0)
            throw Failure(call, Marshal.GetLastPInvokeError());
    }

    internal static IOException Failure(string call, int error) => new($"{call} failed: {Marshal.GetPInvokeErrorMessage(error)}", new Win32Exception(error));
}
