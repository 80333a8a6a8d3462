using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tensors;

/// <summary>Arithmetic over element types and shapes that cannot overflow.</summary>
internal static class ElementSizes
{
    /// <summary>Width of one element, in bytes; 0 for text and undefined.</summary>
    internal static int Of(TensorElementType type) => type switch
    {
        TensorElementType.UInt8 or TensorElementType.Int8 or TensorElementType.Bool => 1,
        TensorElementType.UInt16 or TensorElementType.Int16 or TensorElementType.Float16 or TensorElementType.BFloat16 => 2,
        TensorElementType.Float32 or TensorElementType.Int32 or TensorElementType.UInt32 => 4,
        TensorElementType.Float64 or TensorElementType.Int64 or TensorElementType.UInt64 or TensorElementType.Complex64 => 8,
        TensorElementType.Complex128 => 16,
        _ => 0,
    };

    /// <summary>Product of the dimensions.</summary>
    /// <exception cref="ArgumentException">A dimension is negative, there are too many, or the product passes 2^31 elements.</exception>
    internal static long CountElements(ReadOnlySpan<long> shape) =>
        TryCountElements(shape, out var count, out var problem) ? count : throw new ArgumentException(problem, nameof(shape));

    /// <summary>Product of the dimensions, or why there is none. Used where the shape comes from a file.</summary>
    internal static bool TryCountElements(ReadOnlySpan<long> shape, out long count, out string problem)
    {
        count = 1;
        problem = "";
        if (shape.Length > TensorData.MaxRank)
        {
            problem = $"{shape.Length} dimensions, at most {TensorData.MaxRank} are allowed";
            return false;
        }
        var product = (Int128)1;
        var empty = false;
        foreach (var dimension in shape)
        {
            if (dimension < 0)
            {
                problem = $"shape {Describe(shape)} has a negative dimension";
                return false;
            }
            // A zero anywhere makes the tensor empty, yet the other dimensions must still be sane: [0, 2^62, 2^62] is not.
            empty |= dimension == 0;
            product *= Math.Max(dimension, 1);
            if (product > Array.MaxLength)
            {
                problem = $"shape {Describe(shape)} has more than {Array.MaxLength} elements";
                return false;
            }
        }
        count = empty ? 0 : (long)product;
        return true;
    }

    internal static string Describe(ReadOnlySpan<long> shape)
    {
        var text = new System.Text.StringBuilder("[");
        for (var i = 0; i < shape.Length; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(shape[i] < 0 ? "?" : shape[i].ToString());
        }
        return text.Append(']').ToString();
    }

    internal static string Describe(TensorElementType type, ReadOnlySpan<long> shape) => ElementTypeNames.Format(type) + Describe(shape);
}
