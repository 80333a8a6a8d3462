using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class ThreadPlaceTests
{
    [Fact]
    public void Pinned_thread_gets_the_processors_of_the_process_back() => OnThread(() =>
    {
        Assert.True(CpuAffinity.TryPinThread([CpuAffinity.OfProcess()[0]], out _));
        Assert.True(ThreadPlace.TryTakeFromProcess());
        Assert.Equal(CpuAffinity.OfProcess(), CpuAffinity.OfThread());
    });

    [Fact]
    public void Weight_that_was_given_away_comes_back_only_with_a_privilege_and_that_is_said() => OnThread(() =>
    {
        Assert.True(ThreadWeight.TryLower(10));
        var isBack = ThreadPlace.TryTakeFromProcess();
        Assert.Equal(isBack ? Nice("self") : 10, Nice("thread-self"));
    });

    /// <summary>Field 19 of <c>stat</c>, see proc_pid_stat(5); the name before it may hold blanks.</summary>
    private static int Nice(string which)
    {
        var stat = File.ReadAllText($"/proc/{which}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void OnThread(Action act)
    {
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(act));
        thread.Start();
        thread.Join();
        Assert.Null(error);
    }
}
