using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Probing;

/// <summary>The limits of one probe, and where the two that matter most come from.</summary>
/// <param name="MemoryBytes">Memory of the model: peak resident size above what program and ONNX Runtime take without one.</param>
/// <param name="MemoryFrom">Where that number comes from, in words.</param>
/// <param name="AddressSpaceBytes">Address space beyond what was mapped before the bundle was opened.</param>
/// <param name="CpuSeconds">CPU time of all threads.</param>
/// <param name="WallSeconds">Time of the whole probe.</param>
/// <param name="P99Microseconds">99th percentile of one run.</param>
/// <param name="P99From">Where that number comes from, in words.</param>
/// <param name="Runs">Timed runs at most.</param>
internal sealed record ProbeLimitsInForce(
    long MemoryBytes, string MemoryFrom, long AddressSpaceBytes, int CpuSeconds, int WallSeconds, long P99Microseconds, string P99From, int Runs)
{
    /// <summary>Room for a model of the size these boards run; a larger one says so in its <c>limits</c>, or is allowed four times its file.</summary>
    public const long DefaultMemoryBytes = 512L << 20;

    /// <summary>Added to a promise of memory, with a quarter of it: the allocator rounds up, and pages of the library count once they are used.</summary>
    public const long MemoryHeadroomBytes = 32L << 20;

    /// <summary>Address space that nobody touches costs nothing: 64 MiB of a malloc arena and 8 MiB of stack for each thread, and an arena that doubles.</summary>
    public const long AddressSpaceHeadroomBytes = 1L << 30;

    /// <summary>A minute: loading with all optimisations takes seconds on a small board.</summary>
    public const int DefaultWallSeconds = 60;

    /// <summary>A model slower than four answers a second must say so.</summary>
    public const long DefaultP99Microseconds = 250_000;

    /// <summary>So many that the 99th percentile is not the slowest run.</summary>
    public const int DefaultRuns = 200;

    /// <summary>In force until the bundle is open and says what it promises.</summary>
    /// <param name="asked">From the command or the caller.</param>
    public static ProbeLimitsInForce BeforeBundle(ProbeLimits asked) => Resolve(asked, new LimitsSpec(), BundleLimits.Default.MaxBundleBytes / 4, null);

    /// <summary>Decides every limit.</summary>
    /// <param name="asked">From the command or the caller; what is set there wins.</param>
    /// <param name="promised">From the bundle.</param>
    /// <param name="bundleBytes">Length of the bundle file.</param>
    /// <param name="availableBytes">Memory the machine can give now; null when not known. Nobody gets more than three quarters of it: the rest of the
    /// device goes on working while a model is probed.</param>
    public static ProbeLimitsInForce Resolve(ProbeLimits asked, LimitsSpec promised, long bundleBytes, long? availableBytes)
    {
        var (memory, memoryFrom) = (asked.MemoryBytes, promised.MemoryBytes) switch
        {
            ({ } own, _) => (own, "asked for"),
            (null, { } promise) => (Add(promise, promise / 4, MemoryHeadroomBytes), "limits.memoryBytes of the bundle, a quarter and 32 MiB added"),
            _ => bundleBytes <= DefaultMemoryBytes / 4 ? (DefaultMemoryBytes, "default") : (Add(bundleBytes, bundleBytes, bundleBytes, bundleBytes), "four times the bundle"),
        };
        if (availableBytes / 4 * 3 is { } share && share < memory)
            (memory, memoryFrom) = (share, "three quarters of MemAvailable");
        var (p99, p99From) = (asked.P99Microseconds, promised.P99LatencyMicroseconds) switch
        {
            ({ } own, _) => (own, "asked for"),
            // The probe runs beside a working daemon, and yields to it.
            (null, { } promise) => (Add(promise, promise / 2), "limits.p99LatencyMicroseconds of the bundle, half of it added"),
            _ => (DefaultP99Microseconds, "default"),
        };
        var wall = asked.WallSeconds ?? DefaultWallSeconds;
        return new ProbeLimitsInForce(
            memory, memoryFrom, Add(memory, memory, AddressSpaceHeadroomBytes),
            // Twice the wall time: a model that spins on one core is out of time before it is out of CPU.
            asked.CpuSeconds ?? 2 * wall, wall, p99, p99From, asked.Runs ?? DefaultRuns);
    }

    private static long Add(params ReadOnlySpan<long> parts)
    {
        var sum = (Int128)0;
        foreach (var part in parts) sum += part;
        return (long)Int128.Min(sum, long.MaxValue);
    }
}
