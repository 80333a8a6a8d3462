using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions.Providers;

/// <summary>The words of bundles and configuration for execution providers.</summary>
public static class ProviderNames
{
    /// <summary>Always there, and always last.</summary>
    public const string Cpu = "cpu";

    /// <summary>NVIDIA CUDA.</summary>
    public const string Cuda = "cuda";

    /// <summary>NVIDIA TensorRT.</summary>
    public const string TensorRt = "tensorrt";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All => HardwareSpec.KnownProviders;

    /// <summary>ONNX Runtime's kind; null for <see cref="Cpu"/>, which is not put before anything.</summary>
    /// <exception cref="ArgumentException">Not one of <see cref="All"/>.</exception>
    internal static OrtProviderKind? Kind(string name) => name switch
    {
        Cpu => null,
        Cuda => OrtProviderKind.Cuda,
        TensorRt => OrtProviderKind.TensorRt,
        _ => throw new ArgumentException($"\"{name}\" is no execution provider{NearestName.Hint(name, All)}; known are {string.Join(", ", All)}", nameof(name)),
    };

    /// <summary>As people write it.</summary>
    internal static string Title(this OrtProviderKind kind) => kind == OrtProviderKind.Cuda ? "CUDA" : "TensorRT";
}
