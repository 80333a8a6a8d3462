using System.Runtime.CompilerServices;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Width and names of the element types.</summary>
public static class TensorElementTypes
{
    // Index = number of the type. 17 and up are known to ONNX Runtime (onnxruntime_c_api.h 1.30) but not to EdgeRunner: no type of
    // .NET holds them, and no model of ours has them at its edges. They have names so that a refusal can say what was found.
    private static readonly string[] Names =
    [
        "undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32",
        "uint64", "complex64", "complex128", "bfloat16",
        "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1", "uint2", "int2", "float8e8m0",
    ];

    /// <summary>Width of one element, in bytes; 0 for text and for a type EdgeRunner does not hold.</summary>
    public static int SizeBytes(this TensorElementType type) => type switch
    {
        TensorElementType.UInt8 or TensorElementType.Int8 or TensorElementType.Bool => 1,
        TensorElementType.UInt16 or TensorElementType.Int16 or TensorElementType.Float16 or TensorElementType.BFloat16 => 2,
        TensorElementType.Float32 or TensorElementType.Int32 or TensorElementType.UInt32 => 4,
        TensorElementType.Float64 or TensorElementType.Int64 or TensorElementType.UInt64 or TensorElementType.Complex64 => 8,
        TensorElementType.Complex128 => 16,
        _ => 0,
    };

    /// <summary>The name used in <c>model.json</c> and in messages, e.g. <c>float32</c>.</summary>
    public static string Format(this TensorElementType type) =>
        (uint)type < (uint)Names.Length ? Names[(int)type] : $"type {(int)type}";

    /// <summary>The type of that name; false for any name but those of the 16 types EdgeRunner holds.</summary>
    public static bool TryParse(string? name, out TensorElementType type)
    {
        var index = Array.IndexOf(Names, name, 1, (int)TensorElementType.BFloat16);
        type = index > 0 ? (TensorElementType)index : TensorElementType.Undefined;
        return index > 0;
    }

    /// <summary><c>float32[1, 576]</c>; a negative (open) dimension is <c>?</c>, a scalar is <c>float32[]</c>.</summary>
    public static string Format(TensorElementType type, ReadOnlySpan<long> shape)
    {
        var text = new System.Text.StringBuilder(type.Format()).Append('[');
        for (var i = 0; i < shape.Length; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            _ = shape[i] < 0 ? text.Append('?') : text.Append(shape[i]);
        }
        return text.Append(']').ToString();
    }

    /// <summary>Whether a span of <typeparamref name="T"/> shows elements of this type as what they are. bfloat16, for which .NET 9 has
    /// no type, is shown as its bits in a <see cref="ushort"/>; complex64 as pairs of <see cref="float"/>.</summary>
    internal static bool IsHeldBy<T>(this TensorElementType type) where T : unmanaged => type switch
    {
        TensorElementType.Float32 or TensorElementType.Complex64 => typeof(T) == typeof(float),
        TensorElementType.UInt8 => typeof(T) == typeof(byte),
        TensorElementType.Int8 => typeof(T) == typeof(sbyte),
        TensorElementType.UInt16 or TensorElementType.BFloat16 => typeof(T) == typeof(ushort),
        TensorElementType.Int16 => typeof(T) == typeof(short),
        TensorElementType.Int32 => typeof(T) == typeof(int),
        TensorElementType.Int64 => typeof(T) == typeof(long),
        TensorElementType.Bool => typeof(T) == typeof(bool),
        TensorElementType.Float16 => typeof(T) == typeof(Half),
        TensorElementType.Float64 => typeof(T) == typeof(double),
        TensorElementType.UInt32 => typeof(T) == typeof(uint),
        TensorElementType.UInt64 => typeof(T) == typeof(ulong),
        TensorElementType.Complex128 => typeof(T) == typeof(System.Numerics.Complex),
        _ => false,
    };

    /// <summary>Product of the dimensions times the width, checked.</summary>
    /// <exception cref="ArgumentException">A dimension is negative, or the tensor would not fit a <see cref="Span{T}"/> (2^31 bytes).</exception>
    internal static int CountElements(TensorElementType type, ReadOnlySpan<long> shape, [CallerArgumentExpression(nameof(shape))] string? name = null)
    {
        Int128 count = 1;
        foreach (var dimension in shape)
        {
            // Stopping at the first overflow keeps [2^62, 2^62, 0] an error, and keeps Int128 from wrapping round.
            count *= dimension;
            if (dimension < 0 || count * Math.Max(1, type.SizeBytes()) > Array.MaxLength)
            {
                throw new ArgumentException($"{Format(type, shape)} has a negative dimension or more than {Array.MaxLength} bytes", name);
            }
        }
        return (int)count;
    }
}
