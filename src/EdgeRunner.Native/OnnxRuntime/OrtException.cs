namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>A call into ONNX Runtime failed: it refused a model, or a run broke off. The session, if there was one, can still be used.</summary>
/// <remarks>A library that cannot be used at all is <see cref="OrtLibraryException"/>; tensors that do not fit the model are
/// <see cref="OrtBindingException"/>, found before ONNX Runtime is called.</remarks>
public sealed class OrtException : Exception
{
    internal OrtException(string operation, OrtErrorCode code, string detail)
        : base($"{operation} failed ({code}): {detail}")
    {
        ErrorCode = code;
        Detail = detail;
    }

    /// <summary>What to branch on.</summary>
    public OrtErrorCode ErrorCode { get; }

    /// <summary>ONNX Runtime's own words, unchanged but for white space at the ends.</summary>
    public string Detail { get; }
}
