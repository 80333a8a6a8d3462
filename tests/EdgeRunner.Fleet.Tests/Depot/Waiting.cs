using System.Diagnostics;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>Waits on conditions.</summary>
internal static class Waiting
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static async Task UntilAsync(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > Patience) Assert.Fail($"Did not happen within {Patience}: {what}");
            await Task.Delay(10);
        }
    }
}
