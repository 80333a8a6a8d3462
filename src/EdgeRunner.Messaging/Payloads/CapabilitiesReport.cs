namespace EdgeRunner.Messaging.Payloads;

/// <summary>What a device can run.</summary>
/// <param name="Architecture">E.g. <c>arm64</c>.</param>
/// <param name="OperatingSystem">E.g. <c>Debian GNU/Linux 12 (bookworm)</c>.</param>
/// <param name="Cores">Cores the daemon may use.</param>
/// <param name="MemoryBytes">Memory of the device.</param>
/// <param name="Providers">Execution providers that can be used, best first.</param>
/// <param name="OnnxRuntime">Version of ONNX Runtime, or null when it is missing.</param>
public sealed record CapabilitiesReport(string Architecture, string OperatingSystem, int Cores, long MemoryBytes,
    IReadOnlyList<string> Providers, string? OnnxRuntime = null);
