using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Swaps;

/// <summary>Memory that a loaded model takes.</summary>
/// <param name="Bytes">How much.</param>
/// <param name="Source">How that is known.</param>
internal readonly record struct MemoryNeed(long Bytes, string Source)
{
    /// <summary>A session's own structures, before any weight.</summary>
    private const long SessionBytes = 4 << 20;

    /// <summary>What a probe has measured; else what the manifest declares; else an estimate.</summary>
    public static MemoryNeed Of(ModelBundle bundle, long? measuredBytes)
    {
        if (measuredBytes is { } measured) return new MemoryNeed(measured, "measured by a probe");
        if (bundle.Manifest.Limits.MemoryBytes is { } declared) return new MemoryNeed(declared, "declared in limits.memoryBytes");
        // While it loads, the weights are there three times: in the bundle, in the parsed graph, and repacked for the kernels.
        return new MemoryNeed((3 * bundle.SizeBytes) + SessionBytes, "an estimate from its size");
    }
}
