using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>Finds the sizes of named dimensions in the shapes of arrays.</summary>
internal static class DimensionBinding
{
    /// <summary>One size for each of <paramref name="dimensions"/>.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit the inputs or each other.</exception>
    internal static long[] Bind(ModelManifest manifest, IReadOnlyList<string> dimensions, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        var sizes = new Dictionary<string, (long Size, string Input)>(StringComparer.Ordinal);
        foreach (var input in manifest.Inputs)
        {
            if (!shapes.TryGetValue(input.Name, out var shape))
            {
                throw new ArgumentException($"input \"{input.Name}\" has no shape", nameof(shapes));
            }
            if (shape.Count != input.Shape.Count)
            {
                throw new ArgumentException($"input \"{input.Name}\" is {TensorElementTypes.Format(input.Type, [.. shape])}; it has {input.Shape.Count} dimensions", nameof(shapes));
            }
            for (var i = 0; i < shape.Count; i++)
            {
                var symbol = input.Symbols.Count == 0 ? null : input.Symbols[i];
                if (symbol is null ? shape[i] != input.Shape[i] : !sizes.TryAdd(symbol, (shape[i], input.Name)) && sizes[symbol].Size != shape[i])
                {
                    var expected = symbol is null ? $"{input.Shape[i]}" : $"{sizes[symbol].Size}, as \"{symbol}\" is in input \"{sizes[symbol].Input}\"";
                    throw new ArgumentException($"dimension {i} of input \"{input.Name}\" is {shape[i]}; it must be {expected}", nameof(shapes));
                }
            }
        }
        return [.. dimensions.Select(name => sizes[name].Size)];
    }
}
