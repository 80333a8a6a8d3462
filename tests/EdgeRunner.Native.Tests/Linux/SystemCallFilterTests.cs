using System.Diagnostics;
using EdgeRunner.Native.Linux;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class SystemCallFilterTests
{
    private const uint Allow = 0x7FFF0000;
    private const uint Denied = 0x00050000 | 13; // EACCES
    private const uint Unknown = 0x00050000 | 38; // ENOSYS
    private const uint Kill = 0x80000000;
    private const uint Self = 4711;

    [Fact]
    public async Task Restrained_process_reads_and_computes_and_does_nothing_else()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory.File("kept"), "as it was");
        await File.WriteAllTextAsync(directory.File("readable"), "text");
        using var bystander = Process.Start(new ProcessStartInfo("sleep", "600"))!;
        try
        {
            var said = await RunChildAsync(directory.Path, bystander.Id);

            Assert.Equal(
                ["filter: on", "tcp: refused", "udp: refused", "unix: refused", "start: refused", "kill: refused", "create: refused", "overwrite: refused",
                    "delete: refused", "rename: refused", "mkdir: refused", "read: done", "thread: done", "files: refused"],
                said.Select(line => line.Split(',')[0]));
            Assert.Equal("as it was", await File.ReadAllTextAsync(directory.File("kept")));
            Assert.Equal(2, Directory.GetFileSystemEntries(directory.Path).Length);
            Assert.False(bystander.HasExited);
        }
        finally
        {
            bystander.Kill();
        }
    }

    [Theory]
    [InlineData(true, 41, 0, 0, Denied)] // socket
    [InlineData(true, 42, 0, 0, Denied)] // connect
    [InlineData(true, 59, 0, 0, Denied)] // execve
    [InlineData(true, 57, 0, 0, Denied)] // fork
    [InlineData(true, 435, 0, 0, Unknown)] // clone3
    [InlineData(true, 56, 0x003D0F00, 0, Allow)] // clone, as pthread_create calls it
    [InlineData(true, 56, 0x01200011, 0, Denied)] // clone, as fork calls it
    [InlineData(true, 2, 0, 0, Allow)] // open, O_RDONLY
    [InlineData(true, 2, 0, 1, Denied)] // open, O_WRONLY
    [InlineData(true, 257, 0, 0, Allow)] // openat
    [InlineData(true, 62, Self, 0, Allow)] // kill(self)
    [InlineData(true, 62, 1, 0, Denied)]
    [InlineData(true, 62, 0xFFFFFFFF, 0, Denied)] // kill(-1)
    [InlineData(true, 234, Self, 0, Allow)] // tgkill
    [InlineData(true, 302, 0, 0, Allow)] // prlimit64
    [InlineData(true, 302, Self, 0, Allow)]
    [InlineData(true, 302, 1, 0, Denied)]
    [InlineData(true, 0, 0, 0, Allow)] // read
    [InlineData(true, 9, 0, 0, Allow)] // mmap
    [InlineData(true, 0x40000029, 0, 0, Unknown)] // socket, by its x32 number
    [InlineData(true, 304, 0, 0, Denied)] // open_by_handle_at, which opens for writing past the test of open's flags
    [InlineData(true, 190, 0, 0, Denied)] // fsetxattr, for which reading rights are enough
    [InlineData(true, 452, 0, 0, Denied)] // fchmodat2
    [InlineData(true, 429, 0, 0, Denied)] // move_mount
    [InlineData(true, 169, 0, 0, Denied)] // reboot
    [InlineData(true, 227, 0, 0, Denied)] // clock_settime
    [InlineData(false, 265, 0, 0, Denied)] // open_by_handle_at
    [InlineData(false, 7, 0, 0, Denied)] // fsetxattr
    [InlineData(false, 142, 0, 0, Denied)] // reboot
    [InlineData(false, 112, 0, 0, Denied)] // clock_settime
    [InlineData(false, 198, 0, 0, Denied)] // socket
    [InlineData(false, 203, 0, 0, Denied)] // connect
    [InlineData(false, 221, 0, 0, Denied)] // execve
    [InlineData(false, 220, 0x003D0F00, 0, Allow)] // clone, a thread
    [InlineData(false, 220, 0x01200011, 0, Denied)] // clone, a process
    [InlineData(false, 435, 0, 0, Unknown)] // clone3
    [InlineData(false, 129, Self, 0, Allow)] // kill(self)
    [InlineData(false, 129, 1, 0, Denied)]
    [InlineData(false, 261, 1, 0, Denied)] // prlimit64
    [InlineData(false, 35, 0, 0, Denied)] // unlinkat
    [InlineData(false, 63, 0, 0, Allow)] // read
    [InlineData(false, 222, 0, 0, Allow)] // mmap
    public void Filter_decides_by_number_and_argument(bool isX64, uint number, uint first, uint second, uint expected) =>
        Assert.Equal(expected, Decide(isX64 ? SystemCallRules.X64 : SystemCallRules.Arm64, number, [first, second, 0, 0, 0, 0]));

    [Theory]
    [InlineData(0u, Allow)]
    [InlineData(0x80000u, Allow)] // O_CLOEXEC
    [InlineData(1u, Denied)]
    [InlineData(2u, Denied)]
    [InlineData(0x40u, Denied)] // O_CREAT
    [InlineData(0x200u, Denied)] // O_TRUNC, which cuts even with O_RDONLY
    public void Openat_is_for_reading_only(uint flags, uint expected)
    {
        Assert.Equal(expected, Decide(SystemCallRules.X64, 257, [0, 0, flags, 0, 0, 0]));
        Assert.Equal(expected, Decide(SystemCallRules.Arm64, 56, [0, 0, flags, 0, 0, 0]));
    }

    [Fact]
    public void Call_of_another_architecture_kills_the_process() =>
        Assert.Equal(Kill, Run(SystemCallFilter.Build(SystemCallRules.X64, Self), SystemCallRules.Arm64.AuditArchitecture, 0, new uint[6]));

    [Fact]
    public void Every_call_and_argument_comes_to_a_decision()
    {
        var calls = from number in Gen.Choose(0, 500) from first in Gen.Choose(int.MinValue, int.MaxValue) from second in Gen.Choose(0, int.MaxValue) select (number, first, second);
        Prop.ForAll(calls.ToArbitrary(), call =>
        {
            foreach (var rules in (SystemCallRules[])[SystemCallRules.X64, SystemCallRules.Arm64])
            {
                Assert.Contains(Decide(rules, (uint)call.number, [(uint)call.first, (uint)call.second, (uint)call.second, 0, 0, 0]), new[] { Allow, Denied, Unknown });
            }
        }).QuickCheckThrowOnFailure();
    }

    private static uint Decide(SystemCallRules rules, uint number, uint[] arguments) => Run(SystemCallFilter.Build(rules, Self), rules.AuditArchitecture, number, arguments);

    /// <summary>The few instructions of classic BPF that the filter uses, as <c>linux/filter.h</c> has them.</summary>
    private static uint Run(LibC.SockFilter[] program, uint architecture, uint number, uint[] arguments)
    {
        var accumulator = 0u;
        for (var at = 0; ; at++)
        {
            var (code, constant) = (program[at].Code, program[at].Constant);
            switch (code)
            {
                case 0x06: return constant;
                case 0x20: accumulator = constant switch { 0 => number, 4 => architecture, >= 16 and < 64 when constant % 8 == 0 => arguments[(constant - 16) / 8], _ => throw new InvalidOperationException($"load from {constant}") }; break;
                case 0x15: at += accumulator == constant ? program[at].JumpTrue : program[at].JumpFalse; break;
                case 0x35: at += accumulator >= constant ? program[at].JumpTrue : program[at].JumpFalse; break;
                case 0x45: at += (accumulator & constant) != 0 ? program[at].JumpTrue : program[at].JumpFalse; break;
                default: throw new InvalidOperationException($"instruction {code:x}");
            }
        }
    }

    private static async Task<string[]> RunChildAsync(string directory, int bystander)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "EdgeRunner.Native.Tests.dll"), RestrainedChild.Argument, directory, bystander.ToString()])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using var child = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var error = child.StandardError.ReadToEndAsync(timeout.Token);
            var output = await child.StandardOutput.ReadToEndAsync(timeout.Token);
            await child.WaitForExitAsync(timeout.Token);
            Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode}: {await error}; {output}");
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            if (!child.HasExited) child.Kill();
        }
    }
}
