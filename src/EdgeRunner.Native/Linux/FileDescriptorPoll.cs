using System.ComponentModel;
using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>Waits for a file descriptor with a time-out, which a blocking <c>read</c> does not have. Thread-safe.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man2/poll.2.html"/>
public static unsafe class FileDescriptorPoll
{
    /// <summary>Waits until a read would not block. Hang-up and error count as readable: the read that follows reports them.
    /// Signals (EINTR) do not end the wait; the time-out counts from the first call.</summary>
    /// <param name="handle">A pipe, socket, terminal or device. Kept open for the length of the call. Regular files are always
    /// readable.</param>
    /// <param name="timeoutMilliseconds">At most this long; 0 only looks; negative waits without an end.</param>
    /// <returns>True when readable, false when the time ran out.</returns>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    /// <exception cref="IOException">poll(2) failed; the message has the reason.</exception>
    /// <remarks>Allocates nothing.</remarks>
    public static bool WaitReadable(SafeHandle handle, int timeoutMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var deadline = timeoutMilliseconds < 0 ? long.MaxValue : KernelClock.MonotonicNanoseconds + (timeoutMilliseconds * 1_000_000L);
        var remaining = timeoutMilliseconds;
        var added = false;
        try
        {
            handle.DangerousAddRef(ref added);
            while (true)
            {
                LibC.PollFd descriptor = new() { Descriptor = (int)handle.DangerousGetHandle(), Events = LibC.POLLIN };
                var ready = LibC.Poll(&descriptor, 1, remaining);
                if (ready > 0)
                    return (descriptor.ReturnedEvents & LibC.POLLNVAL) == 0 ? true : throw new ObjectDisposedException(handle.GetType().Name);
                if (ready == 0)
                    return false;
                if (Marshal.GetLastPInvokeError() is var error and not LibC.EINTR)
                    throw new IOException($"poll(fd {descriptor.Descriptor}) failed", new Win32Exception(error));
                if (timeoutMilliseconds >= 0)
                    // Rounded up, so that the wait never ends early and never spins at 0 ms.
                    remaining = (int)Math.Max(0, (deadline - KernelClock.MonotonicNanoseconds + 999_999) / 1_000_000);
            }
        }
        finally
        {
            if (added)
                handle.DangerousRelease();
        }
    }
}
