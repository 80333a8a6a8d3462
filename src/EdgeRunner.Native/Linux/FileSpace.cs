using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Native.Linux;

/// <summary>Room on a disk for a file, and its content brought to the disk without the rest: what .NET does not offer for an open file.</summary>
public static unsafe partial class FileSpace
{
    private const int EINTR = 4, EINVAL = 22, ENOSPC = 28, EOPNOTSUPP = 95, EDQUOT = 122;
    private const int AtEmptyPath = 0x1000;
    private const uint StatXBlocks = 0x400;
    private const int BlockBytes = 512; // the unit of stx_blocks, whatever the file system has

    /// <summary>Gives a file its length and all the disk blocks for it, so that a full disk shows now and not while it is written. What is in it stays.</summary>
    /// <param name="file">Open for writing.</param>
    /// <param name="length">1 or more, in bytes; a longer file stays longer.</param>
    /// <exception cref="IOException">There is no room (see <see cref="IsNoSpace"/>), or another error. Where the file system cannot do it, nothing happens.</exception>
    /// <seealso href="https://man7.org/linux/man-pages/man3/posix_fallocate.3.html"/>
    public static void Reserve(SafeFileHandle file, long length)
    {
        ArgumentNullException.ThrowIfNull(file);
        int error;
        do
        {
            error = Allocate(file, 0, length); // the error is the answer, and errno stays as it was
        }
        while (error == EINTR);
        if (error is not (0 or EINVAL or EOPNOTSUPP))
        {
            throw new IOException($"{length} bytes cannot be reserved: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
    }

    /// <summary>Brings the content to the disk, and of what is known about the file only what is needed to read it.</summary>
    /// <exception cref="IOException">The disk reported an error: what was written since the last flush may be lost.</exception>
    /// <seealso href="https://man7.org/linux/man-pages/man2/fdatasync.2.html"/>
    public static void FlushContent(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        while (DataSync(file) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == EINTR)
            {
                continue;
            }
            if (error == EINVAL)
            {
                return; // a special file: there is nothing to bring anywhere
            }
            throw new IOException($"fdatasync failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
    }

    /// <summary>Disk that a file takes, in bytes: less than its length when it has holes.</summary>
    /// <exception cref="IOException">It cannot be asked.</exception>
    /// <seealso href="https://man7.org/linux/man-pages/man2/statx.2.html"/>
    public static long Allocated(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        StatX found;
        byte nothing = 0;
        if (Stat(file, &nothing, AtEmptyPath, StatXBlocks, &found) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new IOException($"statx failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
        return (long)found.Blocks * BlockBytes;
    }

    /// <summary>Whether an error says that the disk, or what this user may take of it, is full.</summary>
    public static bool IsNoSpace(IOException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.HResult is ENOSPC or EDQUOT || error.InnerException is Win32Exception { NativeErrorCode: ENOSPC or EDQUOT };
    }

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    private static partial int Allocate(SafeFileHandle file, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int Stat(SafeFileHandle file, byte* path, int flags, uint mask, StatX* result);

    /// <summary><c>struct statx</c> of <c>linux/stat.h</c>: 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(48)] internal ulong Blocks;
    }
}
