using System.ComponentModel;
using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>The kernel's buffer of a pipe: 64 KiB unless set. Small for live input (less old data to work off), large for bulk.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man2/F_GETPIPE_SZ.2const.html"/>
public static class PipeBuffer
{
    /// <summary>Asks for a size in bytes; the kernel rounds up to a power of two of pages.</summary>
    /// <param name="pipe">Either end of the pipe. Kept open for the length of the call.</param>
    /// <param name="sizeBytes">Above 1 MiB (<c>/proc/sys/fs/pipe-max-size</c>) only root may.</param>
    /// <returns>The size now in force, in bytes; the old one when the kernel refuses (EPERM, EBUSY: more data inside than fits).</returns>
    /// <exception cref="IOException">Not a pipe, or closed.</exception>
    public static int SetSize(SafeHandle pipe, int sizeBytes)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sizeBytes);
        var added = false;
        try
        {
            pipe.DangerousAddRef(ref added);
            var descriptor = (int)pipe.DangerousGetHandle();
            var size = LibC.FCntl(descriptor, LibC.F_SETPIPE_SZ, sizeBytes);
            if (size < 0)
                size = LibC.FCntl(descriptor, LibC.F_GETPIPE_SZ, 0);
            return size >= 0
                ? size
                : throw new IOException($"fcntl(fd {descriptor}, F_GETPIPE_SZ) failed", new Win32Exception(Marshal.GetLastPInvokeError()));
        }
        finally
        {
            if (added)
                pipe.DangerousRelease();
        }
    }
}
