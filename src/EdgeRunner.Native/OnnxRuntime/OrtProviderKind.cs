namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Execution providers that can be put before the CPU.</summary>
public enum OrtProviderKind
{
    /// <summary>NVIDIA CUDA.</summary>
    Cuda,

    /// <summary>NVIDIA TensorRT, which compiles parts of a graph into an engine for the GPU at hand: the first load may take minutes.</summary>
    TensorRt,
}
