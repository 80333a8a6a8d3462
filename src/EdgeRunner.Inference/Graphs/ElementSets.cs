using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs;

/// <summary>Sets of element types that step kinds work on, in the order in which messages list them.</summary>
internal static class ElementSets
{
    // One list, cut: floats, integers, bool.
    private static ReadOnlySpan<TensorElementType> All =>
    [
        TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Float16, TensorElementType.BFloat16,
        TensorElementType.Int64, TensorElementType.Int32, TensorElementType.Int16, TensorElementType.Int8,
        TensorElementType.UInt64, TensorElementType.UInt32, TensorElementType.UInt16, TensorElementType.UInt8,
        TensorElementType.Bool,
    ];

    internal static ReadOnlySpan<TensorElementType> Floats => All[..4];

    internal static ReadOnlySpan<TensorElementType> Integers => All[4..12];

    /// <summary>Floats and integers.</summary>
    internal static ReadOnlySpan<TensorElementType> Numbers => All[..12];

    /// <summary>Everything whose elements have a width.</summary>
    internal static ReadOnlySpan<TensorElementType> Fixed => All;
}
