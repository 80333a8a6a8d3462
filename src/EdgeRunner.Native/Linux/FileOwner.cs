using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>Whose a directory is, and a way for root to work in it with no more power over files than that user has. <c>default</c> is nobody: root stays root.</summary>
/// <param name="UserId">The owner; 0 when there is nothing to do.</param>
/// <param name="GroupId">The directory's group.</param>
/// <remarks>Checking for links before each step would leave a race; the kernel asks the file-system identity of the thread at the step itself (<c>setfsuid</c>). So a link that the
/// owner puts in the way leads root nowhere that the owner could not go.</remarks>
/// <seealso href="https://man7.org/linux/man-pages/man2/setfsuid.2.html"/>
public readonly partial record struct FileOwner(uint UserId, uint GroupId)
{
    private const uint Ask = uint.MaxValue; // no user has it: nothing changes, and the answer is who it is
    private const uint CapabilityVersion3 = 0x20080522;
    private const uint ReadAndSearch = 1 << 2; // CAP_DAC_READ_SEARCH

    private static readonly int SetGroupsCall = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 116,
        Architecture.Arm64 => 159,
        Architecture.Arm => 206, // setgroups32
        _ => -1,
    };

    /// <summary>The owner of a directory. Nobody when this process is not root, when the directory is root's, and when it is not there.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileOwner Of(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!OperatingSystem.IsLinux() || FileIdentity.CurrentUserId != 0) return default;
        // A link to the repository is how some disks are laid out, and its target is what counts.
        return DirectoryOwner.Identify(directory) is { IsDirectory: true, UserId: not 0 } found ? new FileOwner(found.UserId, found.GroupId) : default;
    }

    /// <summary>Makes files, directories and changes of this thread the owner's until the scope is disposed, on the same thread. Reading, and going through directories, stays
    /// root's: the way to the directory may be closed to its owner, as the volumes of a container are.</summary>
    /// <exception cref="UnauthorizedAccessException">This root may not act for others, as in some containers.</exception>
    public FileOwnerScope Enter()
    {
        if (UserId == 0) return default;
        var scope = new FileOwnerScope(GetGroups(0, []) is > 0 and var count ? Groups(count) : []);
        // The groups of the thread alone: what the C library offers for it changes all threads.
        if (SetGroupsCall > 0) _ = SetGroups(SetGroupsCall, 0, []);
        _ = SetGroup(GroupId);
        _ = SetUser(UserId);
        if ((uint)SetUser(Ask) == UserId && (uint)SetGroup(Ask) == GroupId)
        {
            KeepReading();
            return scope;
        }
        scope.Dispose();
        throw new UnauthorizedAccessException($"this root may not act for the user {UserId}, whose directory it is. Run the command as that user: sudo -u '#{UserId}' …");
    }

    /// <summary>Back to what the process is.</summary>
    internal static void Leave(uint[] groups)
    {
        _ = SetUser(FileIdentity.CurrentUserId);
        _ = SetGroup(GetEffectiveGroupId());
        if (SetGroupsCall > 0) _ = SetGroups(SetGroupsCall, (nuint)groups.Length, groups);
    }

    private static uint[] Groups(int count)
    {
        var groups = new uint[count];
        return groups[..Math.Max(0, GetGroups(count, groups))];
    }

    private static void KeepReading()
    {
        var header = new ulong[] { CapabilityVersion3 }; // version, and thread 0: this one
        var sets = new uint[6]; // effective, permitted, inheritable; then the same for capabilities from 32
        if (GetCapabilities(header, sets) != 0 || (sets[1] & ReadAndSearch) == 0) return;
        sets[0] |= ReadAndSearch;
        _ = SetCapabilities(header, sets);
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetUser(uint user);

    [LibraryImport("libc", EntryPoint = "setfsgid")]
    private static partial int SetGroup(uint group);

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GetEffectiveGroupId();

    [LibraryImport("libc", EntryPoint = "getgroups")]
    private static partial int GetGroups(int size, [In, Out] uint[] groups);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SetGroups(nint call, nuint size, uint[] groups);

    [LibraryImport("libc", EntryPoint = "capget")]
    private static partial int GetCapabilities(ulong[] header, [In, Out] uint[] sets);

    [LibraryImport("libc", EntryPoint = "capset")]
    private static partial int SetCapabilities(ulong[] header, uint[] sets);
}
