using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tensors;

/// <summary>Arithmetic over shapes that cannot overflow.</summary>
internal static class ElementSizes
{
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

    /// <summary><c>[1, 576]</c>; a negative (open) dimension is <c>?</c>.</summary>
    internal static string Describe(ReadOnlySpan<long> shape) =>
        $"[{string.Join(", ", shape.ToArray().Select(dimension => dimension < 0 ? "?" : dimension.ToString()))}]";

    internal static string Describe(TensorElementType type, ReadOnlySpan<long> shape) => TensorElementTypes.Format(type, shape);
}
