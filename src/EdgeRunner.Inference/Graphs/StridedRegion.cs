namespace EdgeRunner.Inference.Graphs;

/// <summary>Elements of a row-major tensor that lie at regular distances: what slices and transpositions read. Dimensions of size 1 are left
/// out, and two dimensions that one stride could walk are one.</summary>
/// <param name="FirstElement">Index of the first element.</param>
/// <param name="Sizes">Dimensions, outermost first; empty for a single element.</param>
/// <param name="Strides">For each dimension the distance, in elements, from one entry to the next.</param>
internal sealed record StridedRegion(int FirstElement, int[] Sizes, int[] Strides)
{
    /// <summary>Whether the elements follow each other without gaps.</summary>
    internal bool IsContiguous => Sizes.Length == 0 || (Sizes.Length == 1 && Strides[0] == 1);

    /// <summary>A region in its shortest form.</summary>
    internal static StridedRegion Of(long firstElement, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides)
    {
        var (merged, distances) = (new List<int>(sizes.Length), new List<int>(sizes.Length));
        for (var i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] == 1)
            {
                continue;
            }
            if (merged.Count > 0 && distances[^1] == strides[i] * sizes[i])
            {
                merged[^1] *= (int)sizes[i];
                distances[^1] = (int)strides[i];
                continue;
            }
            merged.Add((int)sizes[i]);
            distances.Add((int)strides[i]);
        }
        return new StridedRegion((int)firstElement, [.. merged], [.. distances]);
    }

    /// <summary>Strides of a row-major tensor, in elements.</summary>
    internal static long[] RowMajor(IReadOnlyList<long> shape)
    {
        var strides = new long[shape.Count];
        var next = 1L;
        for (var i = shape.Count - 1; i >= 0; i--)
        {
            strides[i] = next;
            next *= shape[i];
        }
        return strides;
    }
}
