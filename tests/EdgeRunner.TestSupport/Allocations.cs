namespace EdgeRunner.TestSupport;

/// <summary>Measures what a piece of work allocates on the thread that does it.</summary>
public static class Allocations
{
    private const int Rounds = 5;

    /// <summary>Bytes allocated by <paramref name="calls"/> calls of <paramref name="work"/>, after as many for the JIT and for buffers to grow.</summary>
    /// <remarks>The least of five measurements: a collection that another test causes retires this thread's allocation buffer, and the runtime then counts the unused
    /// rest of it (up to 8 KiB) as allocated. What the code itself allocates comes again in every round.</remarks>
    public static long Of(Action work, int calls = 1)
    {
        Repeat();
        var least = long.MaxValue;
        for (var round = 0; round < Rounds && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Repeat();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;

        void Repeat()
        {
            for (var i = 0; i < calls; i++) work();
        }
    }
}
