using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Fleet.Releases;

/// <summary>What <c>model pack</c> did, as its JSON has it. Without a self-test there are no golden results, no latency and no ONNX Runtime.</summary>
internal sealed record PackReport(
    string Name,
    string Version,
    string Path,
    long SizeBytes,
    string Sha256,
    IReadOnlyList<FileSpec> Files,
    IReadOnlyDictionary<string, long> Opsets,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyList<string> Steps,
    IReadOnlyList<GoldenReport> Golden,
    LatencyReport? Latency,
    string? OnnxRuntime,
    IReadOnlyList<string> LeftOut,
    IReadOnlyList<string> Warnings)
{
    internal PackReport(PackedBundle packed, SelfTestResult? golden, LatencyReport? latency, string? onnxRuntime, IReadOnlyList<string> warnings)
        : this(
            packed.Manifest.Name, packed.Manifest.Version.ToString(), packed.Path, packed.SizeBytes, packed.Sha256, packed.Manifest.Files, packed.Manifest.Opsets,
            [.. packed.Manifest.Inputs.Select(Describe)], [.. packed.Manifest.Outputs.Select(Describe)], [.. packed.Manifest.Graph.Select(step => step.Name)],
            [.. (golden?.Cases ?? []).Zip(packed.Manifest.Golden, (result, spec) => new GoldenReport(result.Name, result.Runs, result.MaxAbsoluteDifference, spec.Rtol, spec.Atol))],
            latency, onnxRuntime, packed.LeftOut, warnings)
    {
    }

    private static string Describe(TensorSpec spec) => $"{spec.Name} {EdgeRunner.Native.OnnxRuntime.TensorElementTypes.Format(spec.Type, [.. spec.Shape])}";
}
