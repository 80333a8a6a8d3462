using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Native.Linux;

/// <summary>Gives what root has made below a directory to the user that the directory belongs to. A service that runs as a user of its own cannot go on with what a
/// person has put there with sudo.</summary>
/// <remarks>Made for a directory whose owner is not trusted: everything is opened without following links and changed through what was opened, so that the owner cannot
/// have a file elsewhere given to it, and what has more than one name is left alone.</remarks>
public static unsafe partial class DirectoryOwner
{
    private const uint Root = 0;
    private const int AtEmptyPath = 0x1000;
    private const int PathOnly = 0x200000, CloseOnExec = 0x80000;

    /// <summary>Directories below each other that are looked at; ours are six deep.</summary>
    private const int MaxDepth = 32;

    // One of the few flags that differ between processors (include/uapi/asm-generic/fcntl.h and arch/arm64/include/uapi/asm/fcntl.h).
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Changes owner and group of what belongs to root below <paramref name="directory"/>. Does nothing for another user than root, and where the directory is
    /// root's own or missing.</summary>
    /// <returns>How many files and directories were given away.</returns>
    /// <exception cref="IOException">Something cannot be looked at or changed; the message names it.</exception>
    public static int Restore(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!Environment.IsPrivilegedProcess || !Directory.Exists(directory)) return 0;
        using var top = Open(-100, directory, PathOnly | CloseOnExec) ?? throw new IOException($"{directory} cannot be opened");
        var owner = FileIdentity.Read((int)top.DangerousGetHandle());
        return owner.UserId == Root ? 0 : RestoreBelow(top, directory, owner, MaxDepth);
    }

    private static int RestoreBelow(SafeFileHandle directory, string path, FileIdentity owner, int depth)
    {
        var count = 0;
        // By its descriptor: the path may lead elsewhere by now.
        var descriptor = (int)directory.DangerousGetHandle();
        foreach (var entry in Directory.EnumerateFileSystemEntries($"/proc/self/fd/{descriptor}"))
        {
            var name = Path.GetFileName(entry);
            if (Open(descriptor, name, PathOnly | NoFollow | CloseOnExec) is not { } file) continue; // Removed meanwhile.
            using (file)
            {
                var found = FileIdentity.Read((int)file.DangerousGetHandle());
                if (found is { UserId: Root } and ({ IsDirectory: true } or { IsRegularFile: true, HardLinks: 1 }))
                {
                    byte nothing = 0;
                    if (ChangeOwner((int)file.DangerousGetHandle(), &nothing, owner.UserId, owner.GroupId, AtEmptyPath) != 0)
                        throw new IOException($"{path}/{name} belongs to root and cannot be given to user {owner.UserId}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
                    count++;
                }

                if (found.IsDirectory && depth > 0) count += RestoreBelow(file, $"{path}/{name}", owner, depth - 1);
            }
        }

        return count;
    }

    private static SafeFileHandle? Open(int directory, string name, int flags)
    {
        var descriptor = OpenAt(directory, name, flags);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <seealso href="https://man7.org/linux/man-pages/man2/open.2.html"/>
    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(int directory, string name, int flags);

    /// <seealso href="https://man7.org/linux/man-pages/man2/chown.2.html"/>
    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true)]
    private static partial int ChangeOwner(int directory, byte* path, uint user, uint group, int flags);
}
