using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class CpuAffinityTests
{
    [Fact]
    public void A_pinned_thread_stays_there_and_is_widened_for_what_it_starts() => OnThread(() =>
    {
        var all = CpuAffinity.OfProcess();
        Assert.NotEmpty(all);
        Assert.True(CpuAffinity.TryPinThread([all[^1]], out var error));
        Assert.Equal(0, error);
        Assert.Equal([all[^1]], CpuAffinity.OfThread());
        Assert.Equal(CpuList.Format([all[^1]]), Allowed());
        using (CpuAffinity.Widen()) Assert.Equal(CpuList.Format(all), Allowed());
        Assert.Equal(CpuList.Format([all[^1]]), Allowed());
        Assert.Equal(all, CpuAffinity.OfProcess());
    });

    [Fact]
    public void A_processor_that_does_not_exist_is_refused_with_the_kernels_error() => OnThread(() =>
    {
        const int InvalidArgument = 22;
        var before = CpuAffinity.OfThread();
        Assert.False(CpuAffinity.TryPinThread([1023], out var error));
        Assert.Equal(InvalidArgument, error);
        Assert.Equal(before, CpuAffinity.OfThread());
    });

    [Fact]
    public void Numbers_outside_the_kernels_set_are_an_argument_error()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuAffinity.TryPinThread([-1], out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuAffinity.TryPinThread([1024], out _));
    }

    [Fact]
    public void Real_time_priority_is_had_with_the_right_and_refused_without() => OnThread(() =>
    {
        const int NotPermitted = 1;
        var done = RealtimeScheduling.TrySetFifo(1, out var error);
        var mayHave = LinuxCapabilities.Has(LinuxCapabilities.SysNice) || RealtimeScheduling.PriorityLimit >= 1;
        if (!mayHave) Assert.Equal((false, NotPermitted), (done, error));
        // Fields 40 and 41 of stat: rt_priority and policy. The name before them may have blanks.
        var fields = File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ');
        Assert.Equal(done ? ("1", "1") : ("0", "0"), (fields[37], fields[38]));
    });

    [Fact]
    public void A_capability_is_read_from_the_status_and_absent_when_it_cannot_be()
    {
        using var directory = new TempDirectory();
        File.WriteAllText(directory.File("status"), "Name:\tx\nCapEff:\t0000000000800000\n");
        Assert.True(LinuxCapabilities.Has(LinuxCapabilities.SysNice, directory.File("status")));
        Assert.False(LinuxCapabilities.Has(LinuxCapabilities.IpcLock, directory.File("status")));
        File.WriteAllText(directory.File("status"), "CapEff:\trubbish\n");
        Assert.False(LinuxCapabilities.Has(LinuxCapabilities.SysNice, directory.File("status")));
        Assert.False(LinuxCapabilities.Has(LinuxCapabilities.SysNice, directory.File("absent")));
    }

    private static string Allowed() => File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];

    /// <summary>On a thread of its own: what is pinned here must not go back to the pool.</summary>
    private static void OnThread(Action act)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                act();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException(failure.Message, failure);
    }
}
