namespace EdgeRunner.Device.Benchmarking;

/// <summary>How ONNX Runtime is set for one column of the comparison.</summary>
/// <param name="Threads">Intra-op threads, the caller's included.</param>
/// <param name="Spinning">Whether idle threads wait busily.</param>
internal readonly record struct BenchSetting(int Threads, bool Spinning)
{
    /// <summary><c>2 threads, spinning</c>.</summary>
    public override string ToString() => $"{Threads} {(Threads == 1 ? "thread" : "threads")}{(Spinning ? ", spinning" : "")}";
}
