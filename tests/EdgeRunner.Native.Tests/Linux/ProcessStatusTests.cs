using System.Diagnostics;
using System.Text;
using EdgeRunner.Native.Linux;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class ProcessStatusTests
{
    private const string Captured = "Name:\tedgerunner\nUmask:\t0022\nState:\tS (sleeping)\nPid:\t812\nVmPeak:\t  3145728 kB\nVmSize:\t  3100000 kB\nVmLck:\t       0 kB\nVmHWM:\t   61440 kB\nVmRSS:\t   58000 kB\nThreads:\t4\n";

    [Fact]
    public void Captured_file_gives_four_numbers_in_bytes()
    {
        Assert.True(ProcessStatus.TryParse(Encoding.UTF8.GetBytes(Captured), out var status));
        Assert.Equal(new ProcessStatus(58_000L << 10, 61_440L << 10, 3_100_000L << 10, 3_145_728L << 10), status);
    }

    [Theory]
    [InlineData("VmRSS:\t   58000 kB", "")] // a zombie
    [InlineData("58000 kB", "many kB")]
    [InlineData("58000 kB", "58000 MB")]
    [InlineData("58000 kB", "-58000 kB")]
    [InlineData("58000 kB", "99999999999999999 kB")]
    public void Hostile_file_is_refused(string part, string instead) =>
        Assert.False(ProcessStatus.TryParse(Encoding.UTF8.GetBytes(Captured.Replace(part, instead, StringComparison.Ordinal)), out _));

    [Fact]
    public void Random_bytes_never_throw() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Assert.True(!ProcessStatus.TryParse(bytes, out var status) || status.ResidentBytes >= 0)).QuickCheckThrowOnFailure();

    [Fact]
    public void This_process_and_another_are_read_and_one_that_is_gone_is_null()
    {
        var self = ProcessStatus.Read()!.Value;
        Assert.InRange(self.ResidentBytes, 1 << 20, self.PeakResidentBytes);
        Assert.InRange(self.AddressSpaceBytes, self.ResidentBytes, self.PeakAddressSpaceBytes);
        using var child = Process.Start(new ProcessStartInfo("sleep", "600"))!;
        Assert.NotNull(ProcessStatus.Read(child.Id));
        Assert.True(ProcessGroup.Kill(child.Id)); // No leader of a group: killed all the same.
        child.WaitForExit();
        Assert.Equal(137, child.ExitCode);
        Assert.Null(ProcessStatus.Read(child.Id));
        Assert.False(ProcessGroup.Kill(child.Id));
    }

    [Fact]
    public void Group_of_all_processes_is_never_killed()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ProcessGroup.Kill(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProcessGroup.Kill(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProcessGroup.Kill(-1));
    }

    [Fact]
    public void Out_of_memory_kills_are_read_and_their_absence_is_null()
    {
        using var directory = new TempDirectory();
        File.WriteAllText(directory.File("vmstat"), "pgfault 1\noom_kill 3\noom_kill_x 9\n");
        Assert.Equal(3, MemoryPressure.ReadOutOfMemoryKills(directory.File("vmstat")));
        Assert.Null(MemoryPressure.ReadOutOfMemoryKills(directory.File("no-such-file")));
    }
}
