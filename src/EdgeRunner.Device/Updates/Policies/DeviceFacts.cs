namespace EdgeRunner.Device.Updates.Policies;

/// <summary>What this device has.</summary>
/// <param name="OnnxRuntime">Version of ONNX Runtime; null when it is not loaded.</param>
/// <param name="Providers">Its execution providers; empty when it is not loaded.</param>
/// <param name="AvailableMemoryBytes">Memory that is left now; null when the kernel does not tell.</param>
/// <param name="TotalMemoryBytes">Memory that the device has for programs.</param>
internal sealed record DeviceFacts(string? OnnxRuntime, IReadOnlyList<string> Providers, long? AvailableMemoryBytes, long TotalMemoryBytes)
{
    /// <summary>Why ONNX Runtime cannot be used; null when it can, or was not asked for.</summary>
    public string? EngineProblem { get; init; }
}
