using System.Runtime.InteropServices;
using System.Text;

namespace EdgeRunner.Native.Linux;

/// <summary>What kind of file a path names, whose it is and who may touch it: what .NET does not tell. A link is not followed.</summary>
/// <param name="IsDirectory">A directory.</param>
/// <param name="IsRegularFile">A plain file.</param>
/// <param name="UserId">Its owner.</param>
/// <param name="GroupId">Its group.</param>
/// <param name="Mode">Permission bits, 0 to 07777 octal.</param>
/// <param name="HardLinks">Names it has.</param>
/// <seealso href="https://man7.org/linux/man-pages/man2/statx.2.html"/>
public readonly unsafe partial record struct FileIdentity(bool IsDirectory, bool IsRegularFile, uint UserId, uint GroupId, int Mode, uint HardLinks)
{
    private const int AtFdCwd = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const int AtEmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int TypeMask = 0xF000, TypeDirectory = 0x4000, TypeRegular = 0x8000;

    /// <summary>The user this process acts as.</summary>
    public static uint CurrentUserId => GetEffectiveUserId();

    /// <summary>Whether it belongs to the user of this process and nobody else may write to it.</summary>
    public bool IsOurs => UserId == CurrentUserId && (Mode & 0x12) == 0; // 0x12 = 022 octal: group and others write

    /// <summary>Looks at a path.</summary>
    /// <returns>Null when there is nothing.</returns>
    /// <exception cref="IOException">It cannot be looked at; the message names it.</exception>
    public static FileIdentity? Read(string path)
    {
        const int NoEntry = 2, NotDirectory = 20;
        StatX found;
        var text = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, text);
        fixed (byte* name = text)
        {
            if (Stat(AtFdCwd, name, AtSymlinkNoFollow, BasicStats, &found) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                return error is NoEntry or NotDirectory ? null : throw new IOException($"stat({path}) failed: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
        return Of(found);
    }

    /// <summary>Looks at an open file.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileIdentity Read(SafeHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            return Read((int)file.DangerousGetHandle());
        }
        finally
        {
            if (isHeld) file.DangerousRelease();
        }
    }

    /// <summary>Looks at an open file.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    internal static FileIdentity Read(int descriptor)
    {
        StatX found;
        byte empty = 0;
        return Stat(descriptor, &empty, AtEmptyPath, BasicStats, &found) == 0
            ? Of(found)
            : throw new IOException($"statx failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    private static FileIdentity Of(in StatX found)
    {
        var type = found.Mode & TypeMask;
        return new FileIdentity(type == TypeDirectory, type == TypeRegular, found.UserId, found.GroupId, found.Mode & 0xFFF, found.Links);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int Stat(int directory, byte* path, int flags, uint mask, StatX* result);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    /// <summary><c>struct statx</c> of <c>linux/stat.h</c>: 256 bytes, the same on every processor, unlike <c>struct stat</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(16)] internal uint Links;
        [FieldOffset(20)] internal uint UserId;
        [FieldOffset(24)] internal uint GroupId;
        [FieldOffset(28)] internal ushort Mode;
    }
}
