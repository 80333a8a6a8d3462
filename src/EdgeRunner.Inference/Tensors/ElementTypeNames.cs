using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tensors;

/// <summary>The names element types have in <c>model.json</c> and in messages.</summary>
internal static class ElementTypeNames
{
    private static readonly string[] Names =
    [
        "undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32", "uint64",
        "complex64", "complex128", "bfloat16",
    ];

    /// <summary>Every name but <c>undefined</c>, in the order of the enumeration.</summary>
    internal static ReadOnlySpan<string> All => Names.AsSpan(1);

    internal static string Format(TensorElementType type) => (uint)type < (uint)Names.Length ? Names[(int)type] : $"type {(int)type}";

    internal static bool TryParse(string? name, out TensorElementType type)
    {
        var index = Array.IndexOf(Names, name, 1);
        type = index > 0 ? (TensorElementType)index : TensorElementType.Undefined;
        return index > 0;
    }
}
