using System.Text.Json;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Bundles;

/// <summary>A tensor with a fixed value, written into the manifest. Meant for small things such as a sample rate.</summary>
/// <param name="Name">Name of the tensor in the graph.</param>
/// <param name="Type">Element type; complex types are refused.</param>
/// <param name="Shape">Dimensions; empty is a scalar.</param>
/// <param name="Values">The elements, flat, row-major: numbers, <c>true</c>/<c>false</c> or text by type. Floats may be <c>"NaN"</c>,
/// <c>"Infinity"</c>, <c>"-Infinity"</c>.</param>
public sealed record ConstantSpec(string Name, TensorElementType Type, IReadOnlyList<long> Shape, IReadOnlyList<JsonElement> Values)
{
    /// <summary>The value as a tensor.</summary>
    /// <exception cref="FormatException">An element does not fit the type, or the count does not fit the shape; names the element.</exception>
    public TensorData ToTensor() => ConstantValues.ToTensor(this);
}
