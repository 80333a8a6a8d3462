namespace EdgeRunner.Inference.Graphs;

/// <summary>A row-major tensor seen along one axis, as <c>[Outer, Size, Inner]</c>: entry <c>k</c> of line <c>(o, i)</c> is element
/// <c>(o × Size + k) × Inner + i</c>.</summary>
/// <param name="Outer">Product of the dimensions before the axis.</param>
/// <param name="Size">The dimension itself.</param>
/// <param name="Inner">Product of the dimensions after it.</param>
internal readonly record struct AxisExtent(int Outer, int Size, int Inner)
{
    /// <summary>A scalar is one line of one entry.</summary>
    internal static AxisExtent Of(ReadOnlySpan<long> shape, int axis)
    {
        if (shape.Length == 0)
        {
            return new AxisExtent(1, 1, 1);
        }
        var index = axis < 0 ? axis + shape.Length : axis;
        return new AxisExtent(Product(shape[..index]), (int)shape[index], Product(shape[(index + 1)..]));
    }

    private static int Product(ReadOnlySpan<long> sizes)
    {
        var product = 1;
        foreach (var size in sizes)
        {
            product *= (int)size;
        }
        return product;
    }
}
