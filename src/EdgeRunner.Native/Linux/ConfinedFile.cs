using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Native.Linux;

/// <summary>Opens files below one directory, whatever the names and links in it say: for directories that others fill and names that others send.</summary>
/// <remarks>Links are followed, and what was opened is looked at afterwards, so that nobody can exchange a link between look and use. A pipe or
/// a device is closed again unread and never waited for.</remarks>
public static unsafe partial class ConfinedFile
{
    private const int ReadOnly = 0, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000; // the same on x86-64 and arm64
    private const int PathMax = 4096;
    private const int NoEntry = 2, NotDirectory = 20, NameTooLong = 36;

    /// <summary>True for a name that stays below a directory by itself: segments with <c>/</c> between, none empty, <c>.</c> or <c>..</c>, no NUL.</summary>
    public static bool IsName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal)) return false;
        foreach (var segment in name.AsSpan().Split('/'))
        {
            if (name.AsSpan(segment) is "" or "." or "..") return false;
        }

        return true;
    }

    /// <summary>Opens a plain file for reading.</summary>
    /// <param name="directory">The directory; may itself be reached through links.</param>
    /// <param name="name">Name below it, segments with <c>/</c> between.</param>
    /// <returns>The file, which the caller disposes; null when there is no such file or the directory is not there.</returns>
    /// <exception cref="UnauthorizedAccessException">The name or a link in it leads out of the directory, it is no plain file, or it may not be read.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle? OpenRead(string directory, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!IsName(name)) throw new UnauthorizedAccessException($"\"{name}\" is not a name below {directory}");
        if (RealPath(directory) is not { } root) return null;
        var path = Path.Combine(directory, name);
        var descriptor = Open(path, ReadOnly | NoTerminal | NonBlocking | CloseOnExec, 0);
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is NoEntry or NotDirectory or NameTooLong ? null : throw Failure("open", path, error);
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            if (!FileIdentity.Read(descriptor).IsRegularFile) throw new UnauthorizedAccessException($"{path} is not a plain file");
            var real = LinkTarget($"/proc/self/fd/{descriptor}");
            if (!real.StartsWith(root.Length == 1 ? root : root + "/", StringComparison.Ordinal))
                throw new UnauthorizedAccessException($"{path} is a link that leads out of {directory}, to {real}");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A path without links.</summary>
    /// <returns>Null when there is nothing.</returns>
    private static string? RealPath(string path)
    {
        var buffer = stackalloc byte[PathMax];
        if (RealPath(path, buffer) != 0) return Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
        var error = Marshal.GetLastPInvokeError();
        return error is NoEntry or NotDirectory ? null : throw Failure("realpath", path, error);
    }

    private static string LinkTarget(string path)
    {
        var buffer = stackalloc byte[PathMax];
        var length = ReadLink(path, buffer, PathMax);
        return length >= 0 ? Encoding.UTF8.GetString(buffer, (int)length) : throw Failure("readlink", path, Marshal.GetLastPInvokeError());
    }

    private static Exception Failure(string act, string path, int error)
    {
        const int NotPermitted = 1, AccessDenied = 13;
        var message = $"{act}({path}) failed: {Marshal.GetPInvokeErrorMessage(error)}";
        return error is NotPermitted or AccessDenied ? new UnauthorizedAccessException(message) : new IOException(message);
    }

    /// <seealso href="https://man7.org/linux/man-pages/man2/open.2.html"/>
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    /// <seealso href="https://man7.org/linux/man-pages/man3/realpath.3.html"/>
    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, byte* resolved);

    /// <seealso href="https://man7.org/linux/man-pages/man2/readlink.2.html"/>
    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ReadLink(string path, byte* buffer, nuint size);
}
