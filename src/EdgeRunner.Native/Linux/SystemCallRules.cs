using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>The kernel's numbers of the calls a restrained process has no use for. A number that an architecture does not have is left out: AArch64
/// has only the <c>…at</c> form of many.</summary>
/// <seealso href="https://github.com/torvalds/linux/blob/master/arch/x86/entry/syscalls/syscall_64.tbl"/>
/// <seealso href="https://github.com/torvalds/linux/blob/master/include/uapi/asm-generic/unistd.h"/>
internal sealed record SystemCallRules
{
    /// <summary><c>AUDIT_ARCH_…</c> of <c>linux/audit.h</c>.</summary>
    internal required uint AuditArchitecture { get; init; }

    /// <summary>Number of <c>seccomp</c> itself.</summary>
    internal required int Seccomp { get; init; }

    /// <summary>First number of another table that the same architecture value stands for (x32); null when there is none.</summary>
    internal uint? ForeignFrom { get; init; }

    /// <summary>Refused with EACCES, whatever the arguments: sockets, other processes, changes to the file system, doors around this filter, and what
    /// a child of root could still do to the machine.</summary>
    internal required int[] Refused { get; init; }

    /// <summary><c>clone</c>: threads only.</summary>
    internal required int NewThread { get; init; }

    /// <summary><c>clone3</c>, whose flags lie in memory, where a filter cannot look: ENOSYS, which sends the C library back to <c>clone</c>.</summary>
    internal int NewThread3 { get; } = 435;

    /// <summary>Calls that open a file, with the place of their flags: for reading only.</summary>
    internal required (int Number, int FlagsArgument)[] Opens { get; init; }

    /// <summary>Calls whose first argument is a process: this one only. <c>abort</c> and the garbage collector signal their own.</summary>
    internal required int[] OnSelf { get; init; }

    internal static SystemCallRules X64 { get; } = new()
    {
        AuditArchitecture = 0xC000003E,
        Seccomp = 317,
        ForeignFrom = 0x40000000,
        Refused =
        [
            41, 53, 42, 49, 425, // socket, socketpair, connect, bind, io_uring_setup
            57, 58, 59, 322, 109, // fork, vfork, execve, execveat, setpgid
            101, 310, 311, 200, 129, 297, 424, 438, // ptrace, process_vm_readv/writev, tkill, rt_(tg)sigqueueinfo, pidfd_send_signal, pidfd_getfd
            437, 85, 87, 263, 82, 264, 316, 83, 258, 84, // openat2, creat, unlink(at), rename(at)(2), mkdir(at), rmdir
            86, 265, 88, 266, 133, 259, 76, // link(at), symlink(at), mknod(at), truncate
            90, 91, 268, 92, 93, 94, 260, 188, 189, 280, // chmod, fchmod(at), chown, fchown, lchown, fchownat, (l)setxattr, utimensat
            304, 452, 190, 197, 198, 199, 132, 235, 261, 240, // open_by_handle_at, fchmodat2, fsetxattr, (l|f)removexattr, utime, utimes, futimesat, mq_open
            165, 166, 321, 298, 323, 250, // mount, umount2, bpf, perf_event_open, userfaultfd, keyctl
            428, 429, 430, 433, 442, 155, 161, 272, 308, // open_tree, move_mount, fsopen, fspick, mount_setattr, pivot_root, chroot, unshare, setns
            175, 313, 176, 169, 246, 320, 167, 168, // (f)init_module, delete_module, reboot, kexec_load, kexec_file_load, swapon, swapoff
            164, 227, 159, 305, 440, // settimeofday, clock_settime, adjtimex, clock_adjtime, process_madvise
        ],
        NewThread = 56,
        Opens = [(2, 1), (257, 2)],
        OnSelf = [62, 234], // kill, tgkill
    };

    internal static SystemCallRules Arm64 { get; } = new()
    {
        AuditArchitecture = 0xC00000B7,
        Seccomp = 277,
        Refused =
        [
            198, 199, 203, 200, 425, // socket, socketpair, connect, bind, io_uring_setup
            221, 281, 154, // execve, execveat, setpgid
            117, 270, 271, 130, 138, 240, 424, 438, // ptrace, process_vm_readv/writev, tkill, rt_(tg)sigqueueinfo, pidfd_send_signal, pidfd_getfd
            437, 35, 38, 276, 34, // openat2, unlinkat, renameat(2), mkdirat
            37, 36, 33, 45, // linkat, symlinkat, mknodat, truncate
            52, 53, 55, 54, 5, 6, 88, // fchmod(at), fchown(at), (l)setxattr, utimensat
            265, 452, 7, 14, 15, 16, 180, // open_by_handle_at, fchmodat2, fsetxattr, (l|f)removexattr, mq_open
            40, 39, 280, 241, 282, 219, // mount, umount2, bpf, perf_event_open, userfaultfd, keyctl
            428, 429, 430, 433, 442, 41, 51, 97, 268, // open_tree, move_mount, fsopen, fspick, mount_setattr, pivot_root, chroot, unshare, setns
            105, 273, 106, 142, 104, 294, 224, 225, // (f)init_module, delete_module, reboot, kexec_load, kexec_file_load, swapon, swapoff
            170, 112, 171, 266, 440, // settimeofday, clock_settime, adjtimex, clock_adjtime, process_madvise
        ],
        NewThread = 220,
        Opens = [(56, 2)],
        OnSelf = [129, 131], // kill, tgkill
    };

    /// <summary><c>prlimit64</c>: 0 or this process.</summary>
    internal int ProcessLimit => ReferenceEquals(this, X64) ? 302 : 261;

    /// <summary>The rules of this machine; null on another architecture.</summary>
    internal static SystemCallRules? Current => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => null,
    };
}
