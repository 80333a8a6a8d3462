namespace EdgeRunner.Inference.Bundles;

/// <summary>What the model needs to run.</summary>
/// <param name="Providers">Execution providers in order of preference: <c>tensorrt</c>, <c>cuda</c>, <c>cpu</c>; absent is <c>["cpu"]</c>.</param>
/// <param name="Architectures">Processors the model was made for: <c>arm64</c>, <c>x64</c>; absent is all.</param>
public sealed record HardwareSpec(IReadOnlyList<string>? Providers = null, IReadOnlyList<string>? Architectures = null)
{
    /// <summary>Names an execution provider may have.</summary>
    internal static readonly string[] KnownProviders = ["cpu", "cuda", "tensorrt"];

    /// <summary>Names an architecture may have.</summary>
    internal static readonly string[] KnownArchitectures = ["arm64", "x64"];

    /// <summary>Execution providers in order of preference; never empty.</summary>
    public IReadOnlyList<string> Providers { get; init; } = Providers ?? ["cpu"];

    /// <summary>Processors the model was made for; empty is all.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = Architectures ?? [];
}
