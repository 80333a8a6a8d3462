using System.Globalization;

namespace EdgeRunner.Device.Updates.Policies;

/// <summary>Whether a device can meet what a release says that it needs.</summary>
internal static class ReleaseFit
{
    /// <summary>What can never be met by this device as it is; empty when all can.</summary>
    public static IReadOnlyList<string> FindProblems(ReleaseNeeds needs, DeviceFacts facts)
    {
        var problems = new List<string>();
        if (facts.EngineProblem is { } problem) problems.Add(problem);
        if (needs.MemoryBytes > facts.TotalMemoryBytes) problems.Add($"it needs {Mebibytes(needs.MemoryBytes)} of memory, this device has {Mebibytes(facts.TotalMemoryBytes)}");
        if (HighestOpset(facts.OnnxRuntime) is { } opset && needs.Opset > opset)
            problems.Add($"it needs opset {needs.Opset}, ONNX Runtime {facts.OnnxRuntime} of this device knows {opset} at most");
        if (facts.OnnxRuntime is not null && needs.Providers.Count > 0 && !needs.Providers.Any(wanted => facts.Providers.Any(has => IsSame(wanted, has))))
            problems.Add($"it needs one of the execution providers {string.Join(", ", needs.Providers)}, this device has {string.Join(", ", facts.Providers)}");
        return problems;
    }

    /// <summary>What stands against it at this moment and may be otherwise later; empty when nothing does.</summary>
    public static IReadOnlyList<string> FindShortages(ReleaseNeeds needs, DeviceFacts facts) =>
        needs.MemoryBytes <= facts.TotalMemoryBytes && needs.MemoryBytes > facts.AvailableMemoryBytes
            ? [$"it needs {Mebibytes(needs.MemoryBytes)} of memory, {Mebibytes(facts.AvailableMemoryBytes.Value)} are free now"]
            : [];

    /// <summary>The highest opset of the ONNX domain that a version of ONNX Runtime knows; null when that is not known here: then the probe finds out.</summary>
    /// <seealso href="https://onnxruntime.ai/docs/reference/compatibility.html"/>
    public static int? HighestOpset(string? onnxRuntime) => Version.TryParse(onnxRuntime, out var version) && version.Major == 1
        ? version.Minor switch
        {
            18 or 19 or 20 => 21,
            21 => 22,
            _ => null,
        }
        : null;

    // "cuda" of a bundle is "CUDAExecutionProvider" of ONNX Runtime; "tensorrt" is "TensorrtExecutionProvider".
    private static bool IsSame(string wanted, string has) =>
        string.Equals(wanted, has, StringComparison.OrdinalIgnoreCase) || string.Equals(wanted + "ExecutionProvider", has, StringComparison.OrdinalIgnoreCase);

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");
}
