namespace EdgeRunner.Device.Probing;

/// <summary>What a probe is asked to hold a model to. What is null comes from the bundle's <c>limits</c> with head-room, else from the defaults of
/// <see cref="ProbeLimitsInForce"/>.</summary>
internal sealed record ProbeLimits
{
    /// <summary>Memory the bundle may take at its peak, in bytes, beside the program and ONNX Runtime themselves.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>CPU time of all threads, in whole seconds; 1 to 86 400.</summary>
    public int? CpuSeconds { get; init; }

    /// <summary>Time the whole probe may take, in seconds; 1 to 86 400.</summary>
    public int? WallSeconds { get; init; }

    /// <summary>99th percentile of one run, in µs.</summary>
    public long? P99Microseconds { get; init; }

    /// <summary>Timed runs; 1 to 1 000 000. Given, exactly so many are made; otherwise at most the default, and fewer of a slow model.</summary>
    public int? Runs { get; init; }
}
