using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Linux;

/// <summary>A seccomp filter for a process that computes and reports over pipes it already has: no sockets, no new processes, no file opened for
/// writing, none made, moved or deleted, no signal to or look into another process. Needs no privilege; cannot be taken off.</summary>
/// <remarks>What is refused fails with EACCES, so that code which tries gets an error it can report and is not killed for asking.</remarks>
/// <seealso href="https://man7.org/linux/man-pages/man2/seccomp.2.html"/>
public static unsafe class SystemCallFilter
{
    private const int SetModeFilter = 1;
    private const int ThreadSync = 1;
    private const uint Allow = 0x7FFF0000;
    private const uint KillProcess = 0x80000000;
    private const uint Error = 0x00050000;

    private const ushort LoadWord = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private const ushort JumpEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private const ushort JumpAtLeast = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private const ushort JumpAnyBit = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    private const ushort Return = 0x06; // BPF_RET | BPF_K

    // struct seccomp_data: nr, arch, instruction pointer, six 64-bit arguments; both architectures are little-endian.
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint ArgumentsOffset = 16;

    private const uint CloneThread = 0x00010000;
    private const uint OpenForChange = 0x243; // O_WRONLY | O_RDWR | O_CREAT | O_TRUNC

    /// <summary>Puts the filter on every thread of this process, present and future.</summary>
    /// <returns>Null when it is on; otherwise why it is not: a kernel without seccomp, an emulator, another architecture.</returns>
    /// <exception cref="IOException"><see cref="ProcessRestraint.GiveUpNewPrivileges"/> failed.</exception>
    public static string? TryInstall()
    {
        if (SystemCallRules.Current is not { } rules)
            return $"no system call table for {RuntimeInformation.ProcessArchitecture}";
        ProcessRestraint.GiveUpNewPrivileges();
        var program = Build(rules, (uint)Environment.ProcessId);
        fixed (LibC.SockFilter* instructions = program)
        {
            var filter = new LibC.SockFilterProgram { Length = (ushort)program.Length, Instructions = instructions };
            var result = LibC.SystemCall(rules.Seccomp, SetModeFilter, ThreadSync, &filter);
            return result switch
            {
                0 => null,
                > 0 => $"seccomp: thread {result} has a filter of its own",
                _ => $"seccomp: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}",
            };
        }
    }

    internal static LibC.SockFilter[] Build(SystemCallRules rules, uint self)
    {
        var program = new List<LibC.SockFilter>
        {
            Of(LoadWord, ArchitectureOffset),
            Of(JumpEqual, rules.AuditArchitecture, whenTrue: 1),
            Of(Return, KillProcess),
            Of(LoadWord, NumberOffset),
        };
        if (rules.ForeignFrom is { } foreign)
            program.AddRange([Of(JumpAtLeast, foreign, whenFalse: 1), Of(Return, Error | LibC.ENOSYS)]);
        foreach (var number in rules.Refused)
            program.AddRange([Of(JumpEqual, (uint)number, whenFalse: 1), Of(Return, Error | LibC.EACCES)]);
        program.AddRange([Of(JumpEqual, (uint)rules.NewThread3, whenFalse: 1), Of(Return, Error | LibC.ENOSYS)]);
        Add(program, rules.NewThread, argument: 0, Of(JumpAnyBit, CloneThread, whenFalse: 1));
        foreach (var (number, flags) in rules.Opens)
            Add(program, number, flags, Of(JumpAnyBit, OpenForChange, whenTrue: 1));
        foreach (var number in rules.OnSelf)
            Add(program, number, argument: 0, Of(JumpEqual, self, whenFalse: 1));
        Add(program, rules.ProcessLimit, argument: 0, Of(JumpEqual, 0, whenTrue: 1), Of(JumpEqual, self, whenFalse: 1));
        program.Add(Of(Return, Allow));
        return [.. program];
    }

    /// <summary>One call that depends on an argument's low half: the tests fall through, or jump to the first instruction behind them, to allow it.</summary>
    private static void Add(List<LibC.SockFilter> program, int number, int argument, params LibC.SockFilter[] tests)
    {
        program.Add(Of(JumpEqual, (uint)number, whenFalse: (byte)(tests.Length + 3)));
        program.Add(Of(LoadWord, ArgumentsOffset + (uint)(8 * argument)));
        program.AddRange(tests);
        program.Add(Of(Return, Allow));
        program.Add(Of(Return, Error | LibC.EACCES));
    }

    private static LibC.SockFilter Of(ushort code, uint constant, byte whenTrue = 0, byte whenFalse = 0) =>
        new() { Code = code, JumpTrue = whenTrue, JumpFalse = whenFalse, Constant = constant };
}
