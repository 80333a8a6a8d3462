using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Native.Linux;

/// <summary>Gives to the owner of a directory what root has made in it: a command that runs with <c>sudo</c> must leave nothing that a service, which
/// runs as a user of its own, cannot change.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man2/chown.2.html"/>
public static partial class DirectoryOwner
{
    private const int AtCurrent = -100; // AT_FDCWD
    private const int AtEmptyPath = 0x1000;
    private const int OpenPath = 0x200000, OpenCloseOnExec = 0x80000; // the same on x86-64 and arm64
    private const int NoEntry = 2, NotDirectory = 20;

    /// <summary>Deeper than any directory of ours; a mistake must not walk a whole disk.</summary>
    private const int MaxDepth = 16;

    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Gives files and directories of root below <paramref name="directory"/> to its owner and group. Nothing happens when this process is not root, the
    /// directory is root's, or it is not there.</summary>
    /// <returns>How many were given.</returns>
    /// <remarks>The owner of the directory may be anybody, and may change it meanwhile: every entry is opened without following links and given by its descriptor, and a
    /// file that has a second name stays as it is, since that name may be root's.</remarks>
    /// <exception cref="IOException">The kernel refuses; the message says what.</exception>
    public static int GiveBack(string directory) => GiveBack(directory, static _ => true, deep: true, onlyTo: null);

    /// <summary>As the other, for a directory in which root may have files of another kind: gives only what is named.</summary>
    /// <param name="directory">Need not be there.</param>
    /// <param name="isGiven">Says of a name in the directory whether it is to be given.</param>
    /// <param name="deep">Also directories with that name, and all that is in them; else only files.</param>
    /// <param name="onlyTo">Nothing is given when the directory is another user's; null for any owner.</param>
    /// <returns>How many were given.</returns>
    /// <exception cref="IOException">The kernel refuses; the message says what.</exception>
    public static int GiveBack(string directory, Predicate<string> isGiven, bool deep, uint? onlyTo)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(isGiven);
        if (!OperatingSystem.IsLinux() || FileIdentity.CurrentUserId != 0) return 0;
        using var top = Open(AtCurrent, directory, OpenPath | OpenCloseOnExec);
        if (top is null) return 0;
        var owner = FileIdentity.Read((int)top.DangerousGetHandle());
        return owner is { IsDirectory: true, UserId: not 0 } && (onlyTo is null || onlyTo == owner.UserId) ? GiveBack(top, directory, owner, deep ? MaxDepth : 1, isGiven) : 0;
    }

    /// <summary>Looks at what a path leads to; null when there is nothing.</summary>
    internal static FileIdentity? Identify(string path)
    {
        using var found = Open(AtCurrent, path, OpenPath | OpenCloseOnExec);
        return found is null ? null : FileIdentity.Read((int)found.DangerousGetHandle());
    }

    private static int GiveBack(SafeFileHandle directory, string path, FileIdentity owner, int depth, Predicate<string> isGiven)
    {
        var given = 0;
        if (depth == 0) return given;
        var descriptor = (int)directory.DangerousGetHandle(); // the caller holds it
        // Through the descriptor: the path may lead elsewhere by now.
        foreach (var entry in Directory.GetFileSystemEntries($"/proc/self/fd/{descriptor}"))
        {
            var name = Path.GetFileName(entry);
            if (!isGiven(name)) continue;
            using var child = Open(descriptor, name, OpenPath | OpenCloseOnExec | NoFollow);
            if (child is null) continue; // gone meanwhile
            var identity = FileIdentity.Read((int)child.DangerousGetHandle());
            if (identity.UserId == 0 && ((identity.IsDirectory && depth > 1) || identity is { IsRegularFile: true, HardLinks: 1 }))
            {
                if (ChangeOwner((int)child.DangerousGetHandle(), "", owner.UserId, owner.GroupId, AtEmptyPath) != 0) throw Failure("fchownat", Path.Combine(path, name));
                given++;
            }
            if (identity.IsDirectory) given += GiveBack(child, Path.Combine(path, name), owner, depth - 1, static _ => true);
        }
        return given;
    }

    private static SafeFileHandle? Open(int directory, string name, int flags)
    {
        var descriptor = OpenAt(directory, name, flags, 0);
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        return Marshal.GetLastPInvokeError() is NoEntry or NotDirectory ? null : throw Failure("open", name);
    }

    private static IOException Failure(string act, string path) => new($"{act}({path}) failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(int directory, string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(int directory, string path, uint user, uint group, int flags);
}
