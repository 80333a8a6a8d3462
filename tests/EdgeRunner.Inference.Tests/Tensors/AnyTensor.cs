using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Tensors;

/// <summary>Generates tensors of every type: rank 0 to 4, dimensions 0 to 4, any bits.</summary>
internal static class AnyTensor
{
    internal static readonly TensorElementType[] Types = [.. Enum.GetValues<TensorElementType>().Where(type => type != TensorElementType.Undefined)];

    internal static Arbitrary<TensorData> Arbitrary { get; } =
        (from type in Gen.Elements(Types)
         from rank in Gen.Choose(0, 4)
         from shape in Gen.Choose(0, 4).ArrayOf(rank)
         from tensor in Elements(type, [.. shape.Select(dimension => (long)dimension)])
         select tensor).ToArbitrary();

    internal static bool Same(TensorData left, TensorData right) =>
        left.ElementType == right.ElementType && left.Shape.SequenceEqual(right.Shape) && left.Bytes.Span.SequenceEqual(right.Bytes.Span)
        && left.Strings.SequenceEqual(right.Strings, StringComparer.Ordinal);

    private static Gen<TensorData> Elements(TensorElementType type, long[] shape)
    {
        var count = (int)shape.Aggregate(1L, (product, dimension) => product * dimension);
        if (type == TensorElementType.String)
        {
            // No NUL at the end: .npy cannot hold it.
            var text = Gen.Elements("", "speech", "Wärme", "\U0001F600", "a\0b", "漢字").ArrayOf(count);
            return text.Select(strings => TensorData.FromStrings(shape, strings));
        }
        var width = type.SizeBytes();
        return Gen.Choose(0, type == TensorElementType.Bool ? 1 : 255).Select(value => (byte)value).ArrayOf(count * width)
            .Select(bytes => TensorData.Own(type, shape, bytes));
    }
}
