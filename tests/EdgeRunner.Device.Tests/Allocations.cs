namespace EdgeRunner.Device.Tests;

/// <summary>Measures what a piece of work allocates on the thread that does it.</summary>
internal static class Allocations
{
    /// <summary>Bytes allocated by a hundred calls of <paramref name="work"/>, after calls enough for the JIT and for buffers to grow.</summary>
    public static long Of(Action work)
    {
        for (var i = 0; i < 50; i++) work();
        // The runtime itself may allocate once on this thread (a tier change, a lazily made table); what repeats is the code's own.
        var least = long.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++) work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
