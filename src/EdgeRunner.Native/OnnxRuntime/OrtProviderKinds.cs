namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>ONNX Runtime's names of execution providers.</summary>
public static class OrtProviderKinds
{
    /// <summary>The name <see cref="OrtRuntime.AvailableProviders"/> has for it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such kind.</exception>
    public static string OrtName(this OrtProviderKind kind) => kind switch
    {
        OrtProviderKind.Cuda => "CUDAExecutionProvider",
        OrtProviderKind.TensorRt => "TensorrtExecutionProvider",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "there is no such execution provider"),
    };
}
