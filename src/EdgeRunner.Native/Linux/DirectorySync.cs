using System.ComponentModel;
using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>Makes the names in a directory durable: a rename survives a power cut only after its directory was flushed.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man2/fsync.2.html"/>
public static partial class DirectorySync
{
    private const int OpenReadOnly = 0;
    private const int OpenDirectory = 0x10000; // O_DIRECTORY on x86; arm differs, see below
    private const int OpenDirectoryArm = 0x4000;
    private const int OpenCloseOnExec = 0x80000;
    private const int NoFollow = 0x20000, NoFollowArm = 0x8000; // O_NOFOLLOW

    /// <summary>Flushes the entries of <paramref name="directory"/> to the disk.</summary>
    /// <exception cref="IOException">It cannot be opened or flushed; the message names it.</exception>
    public static void Flush(string directory)
    {
        var isArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
        var descriptor = Open(directory, OpenReadOnly | OpenCloseOnExec | (isArm ? OpenDirectoryArm : OpenDirectory), 0);
        if (descriptor < 0) throw Failure("open", directory);
        try
        {
            if (FSync(descriptor) != 0) throw Failure("fsync", directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Gives a directory the rights that it lacks, and takes none. A link is not followed.</summary>
    /// <exception cref="IOException">It is a link, cannot be opened, or its disk knows no rights; the message names it.</exception>
    public static void AddMode(string directory, UnixFileMode needed)
    {
        var isArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
        var descriptor = Open(directory, OpenReadOnly | OpenCloseOnExec | (isArm ? OpenDirectoryArm | NoFollowArm : OpenDirectory | NoFollow), 0);
        if (descriptor < 0) throw Failure("open", directory);
        try
        {
            var mode = FileIdentity.Read(descriptor).Mode;
            if ((mode & (int)needed) != (int)needed && ChangeMode(descriptor, (uint)(mode | (int)needed)) != 0) throw Failure("fchmod", directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string act, string directory)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{act}({directory}) failed: {Marshal.GetPInvokeErrorMessage(error)}", new Win32Exception(error));
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(int descriptor, uint mode);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
