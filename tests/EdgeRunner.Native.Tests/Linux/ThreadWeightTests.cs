using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

public class ThreadWeightTests
{
    [Fact]
    public void Only_the_calling_thread_is_lowered()
    {
        var (before, lowered, isLowered) = (Nice(), 0, false);
        var thread = new Thread(() =>
        {
            isLowered = ThreadWeight.TryLower(7);
            lowered = Nice();
        });
        thread.Start();
        thread.Join();

        Assert.True(isLowered);
        Assert.Equal((7, before), (lowered, Nice()));
    }

    // proc_pid_stat(5): the name is in parentheses and may hold anything; nice is field 19, the 17th after it.
    private static int Nice() => int.Parse(File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);
}
