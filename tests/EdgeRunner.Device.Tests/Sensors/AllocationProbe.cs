namespace EdgeRunner.Device.Tests.Sensors;

/// <summary>Measures what a piece of code allocates on this thread.</summary>
internal static class AllocationProbe
{
    /// <summary>The least of five measurements: a collection that another test causes retires this thread's allocation buffer, and the
    /// runtime then counts the unused rest of it (up to 8 KiB) as allocated.</summary>
    public static long Measure(Action action)
    {
        action();
        var least = long.MaxValue;
        for (var run = 0; run < 5 && least > 0; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
