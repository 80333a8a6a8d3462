namespace EdgeRunner.Native.Linux;

/// <summary>What a process may be limited in. The numbers are those of Linux on x86-64 and AArch64.</summary>
/// <seealso href="https://man7.org/linux/man-pages/man2/setrlimit.2.html"/>
public enum ProcessResource
{
    /// <summary>CPU time of all threads, in seconds: SIGXCPU at the soft limit, SIGKILL at the hard one.</summary>
    CpuSeconds = 0,

    /// <summary>Largest file it may write, in bytes: SIGXFSZ past it. Pipes do not count.</summary>
    FileBytes = 1,

    /// <summary>Core file, in bytes.</summary>
    CoreBytes = 4,

    /// <summary>File descriptors open at once, plus one.</summary>
    OpenFiles = 7,

    /// <summary>Address space, in bytes: <c>mmap</c> and <c>brk</c> fail with ENOMEM past it.</summary>
    AddressSpaceBytes = 9,
}
