using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Mosquitto;

/// <summary>A non-blocking eventfd: any thread wakes the one thread that polls it.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man2/eventfd.2.html"/>
internal sealed unsafe partial class WakeEvent : SafeHandle
{
    private const int CloseOnExec = 0x80000; // EFD_CLOEXEC == O_CLOEXEC
    private const int NonBlocking = 0x800;   // EFD_NONBLOCK == O_NONBLOCK
    private int _set;

    internal WakeEvent()
        : base(-1, ownsHandle: true)
    {
        var descriptor = eventfd(0, CloseOnExec | NonBlocking);
        if (descriptor < 0)
        {
            throw new IOException($"eventfd: no wake-up descriptor for an MQTT connection (errno {Marshal.GetLastPInvokeError()})");
        }

        SetHandle(descriptor);
    }

    public override bool IsInvalid => handle == -1;

    /// <summary>Makes the descriptor readable. Repeated calls before <see cref="Clear"/> cost no system call.</summary>
    internal void Set()
    {
        if (Interlocked.Exchange(ref _set, 1) != 0) return;
        ulong one = 1;
        _ = write(this, &one, sizeof(ulong)); // cannot fail: the counter is at most 1
    }

    /// <summary>Makes the descriptor unreadable again. Call before looking for work, so that no later <see cref="Set"/> is lost.</summary>
    internal void Clear()
    {
        ulong count;
        _ = read(this, &count, sizeof(ulong)); // EAGAIN when it was not set: nothing to clear
        Volatile.Write(ref _set, 0);
    }

    protected override bool ReleaseHandle() => close((int)handle) == 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static partial nint read(WakeEvent descriptor, void* buffer, nint count);

    [LibraryImport("libc")]
    private static partial nint write(WakeEvent descriptor, void* buffer, nint count);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
