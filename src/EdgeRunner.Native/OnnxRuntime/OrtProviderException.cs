namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>An execution provider could not be started: it is not in this build, or its libraries or the GPU are missing. The model may be
/// fine; without the provider it can be loaded.</summary>
public sealed class OrtProviderException : Exception
{
    internal OrtProviderException(OrtProviderKind provider, OrtException cause)
        : base($"{provider.OrtName()} cannot be started: {cause.Detail}", cause)
    {
        Provider = provider;
        Detail = cause.Detail;
    }

    /// <summary>Which.</summary>
    public OrtProviderKind Provider { get; }

    /// <summary>ONNX Runtime's own words.</summary>
    public string Detail { get; }
}
