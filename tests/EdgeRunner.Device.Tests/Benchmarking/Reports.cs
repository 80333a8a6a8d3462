using EdgeRunner.Device.Benchmarking;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Tests.Benchmarking;

/// <summary>Reports made by hand.</summary>
internal static class Reports
{
    public static LatencySummary Summary(double[] p50, double[]? p99 = null, double cpuUs = 100) => Summary([.. p50.Select(us => (long)(us * 1000))], p50, p99 ?? p50, cpuUs);

    public static BenchSettingResult Setting(int threads, bool spinning, params double[] p50) => new(threads, spinning, 5, 100, true, Summary(p50), null);

    public static BenchReport Report(string model, string description, params BenchSettingResult[] settings) => new(
        1, model, new string('a', 64), new DateTimeOffset(2026, 11, 21, 7, 0, 0, TimeSpan.Zero),
        new MachineFacts("a <processor> & more", 4, "arm64", "ondemand", "6.1", 1L << 30, 0.1), "1.30.0", "cpu", "0.1.0",
        new BenchInput("files", description, 1), new BenchWarmUp(null, WarmUp.Rule), 5, 10, new BenchMemory(1, 1, 1, 1, 1), settings, [], new ParallelDecision(false, 1, 1, "no two steps are independent"), Recommender.Choose(settings), [], null, []);

    private static LatencySummary Summary(long[] nanoseconds, double[] p50, double[] p99, double cpuUs)
    {
        Array.Sort(nanoseconds);
        return new LatencySummary(
            nanoseconds.Length, Us(0.5), Us(0.9), Us(0.99), Us(0.999), Us(1), 1000, cpuUs, 0, p50, p99, LogHistogram.Of(nanoseconds));

        double Us(double fraction) => Percentiles.Of(nanoseconds, fraction) / 1000.0;
    }
}
