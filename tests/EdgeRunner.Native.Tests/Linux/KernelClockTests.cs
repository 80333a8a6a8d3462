using System.Diagnostics;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class KernelClockTests
{
    [Fact]
    public void Boot_time_goes_forward_agrees_with_proc_uptime_and_is_not_behind_monotonic_time()
    {
        var first = KernelClock.BoottimeNanoseconds;
        var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        var second = KernelClock.BoottimeNanoseconds;
        Assert.InRange(uptime, (first / 1e9) - 0.02, (second / 1e9) + 0.02); // /proc/uptime has two decimals
        var monotonic = KernelClock.MonotonicNanoseconds; // first, so that a pause between the two is on the right side
        Assert.True(KernelClock.BoottimeNanoseconds >= monotonic);
        Assert.True(second >= first);
    }

    [Fact]
    public void Reading_a_clock_allocates_nothing()
    {
        Assert.Equal(0, Allocations.Of(() =>
        {
            _ = KernelClock.BoottimeNanoseconds;
            _ = KernelClock.IsSynchronised;
        }));
    }

    [Fact]
    public void The_boot_id_is_the_kernels_and_stays_the_same()
    {
        Assert.Equal(File.ReadAllText(BootId.DefaultPath).Trim(), BootId.Read());
        Assert.Equal(BootId.Read(), BootId.Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a uuid")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("{c0ffee00-0000-4000-8000-000000000001}")]
    public void A_boot_id_that_is_no_uuid_gives_a_random_one_that_equals_nobodys(string content)
    {
        using var directory = new TempDirectory();
        File.WriteAllText(directory.File("boot_id"), content);
        var first = BootId.Read(directory.File("boot_id"));
        Assert.True(Guid.TryParseExact(first, "D", out _));
        Assert.NotEqual(first, BootId.Read(directory.File("boot_id")), StringComparer.Ordinal);
        Assert.NotEqual(BootId.Read(directory.File("missing")), BootId.Read(directory.File("missing")), StringComparer.Ordinal);
    }

    [Fact]
    public void The_memory_of_this_process_is_known_and_plausible()
    {
        var memory = ProcessMemory.ReadSelf();
        if (!File.Exists(ProcessMemory.DefaultPath))
        {
            Assert.Null(memory);
            return;
        }

        Assert.NotNull(memory);
        Assert.InRange(memory.Value.PssBytes, 1 << 20, memory.Value.RssBytes);
        Assert.InRange(memory.Value.RssBytes, 1 << 20, 2 * Environment.WorkingSet + (64 << 20));
    }
}
