namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Kind of a model's input or output; the numbers are those of <c>ONNXType</c>. EdgeRunner runs tensors; the others are
/// named so that a refusal can say what was found.</summary>
public enum OrtValueKind
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>A dense tensor.</summary>
    Tensor = 1,

    /// <summary>A sequence of values.</summary>
    Sequence = 2,

    /// <summary>A map.</summary>
    Map = 3,

    /// <summary>Something only one operator understands.</summary>
    Opaque = 4,

    /// <summary>A sparse tensor.</summary>
    SparseTensor = 5,

    /// <summary>A value that may be absent.</summary>
    Optional = 6,
}
