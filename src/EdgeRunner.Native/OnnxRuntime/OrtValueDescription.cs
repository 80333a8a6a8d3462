namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>What a model says of one of its inputs or outputs.</summary>
/// <param name="Name">Its name in the ONNX graph.</param>
/// <param name="Kind">Whether it is a tensor.</param>
/// <param name="ElementType">Element type; <see cref="TensorElementType.Undefined"/> when it is no tensor.</param>
/// <param name="Shape">Dimensions, -1 where the model leaves one open. Empty is a scalar or a tensor of which the model does not say the rank:
/// ONNX Runtime does not tell the two apart.</param>
/// <param name="SymbolicDimensions">The model's name for each open dimension, e.g. <c>batch</c>; empty text where it has none.</param>
public sealed record OrtValueDescription(
    string Name,
    OrtValueKind Kind,
    TensorElementType ElementType,
    IReadOnlyList<long> Shape,
    IReadOnlyList<string> SymbolicDimensions)
{
    /// <summary>Whether EdgeRunner can feed or read it: a tensor of a type it holds.</summary>
    public bool IsSupported => Kind == OrtValueKind.Tensor && (ElementType == TensorElementType.String || ElementType.SizeBytes() > 0);

    /// <summary>Whether a tensor of that type and shape is what the model wants here, as far as it says.</summary>
    public bool Accepts(TensorElementType elementType, ReadOnlySpan<long> shape)
    {
        if (!IsSupported || elementType != ElementType || (Shape.Count > 0 && shape.Length != Shape.Count))
        {
            return false;
        }
        for (var i = 0; i < Shape.Count; i++)
        {
            if (Shape[i] >= 0 && Shape[i] != shape[i])
            {
                return false;
            }
        }
        return true;
    }

    /// <summary><c>float32[?, 576]</c>; <c>sequence</c> and the like when it is no tensor.</summary>
    public string TypeText => Kind switch
    {
        OrtValueKind.Tensor => TensorElementTypes.Format(ElementType, [.. Shape]),
        OrtValueKind.SparseTensor => "sparse tensor",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    /// <summary><c>audio float32[?, 576]</c>.</summary>
    public override string ToString() => $"{Name} {TypeText}";
}
