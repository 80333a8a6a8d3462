using System.Text.Json.Serialization;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Bundles;

/// <summary>An input or output of the whole model: fixed type and rank, row-major.</summary>
/// <param name="Name">Name of the tensor in the graph.</param>
/// <param name="Type">Element type, e.g. <c>float32</c>.</param>
/// <param name="Shape">Dimensions, each at least 1; empty is a scalar. Fixes what the ONNX file leaves open. One may be the name of an entry in
/// <see cref="ModelManifest.Dimensions"/>; here it has that one's default.</param>
/// <param name="Meaning">What the numbers are, e.g. <c>mono audio, the last 64 samples of the previous chunk first</c>.</param>
/// <param name="Unit">Unit of the numbers, e.g. <c>mV</c> or <c>full-scale</c>.</param>
/// <param name="Labels">Float outputs: one label for each column of the last dimension. Integer and bool outputs: label of value 0, 1, 2, ...</param>
/// <param name="Minimum">Outputs: no element is below this; the device refuses a window that breaks it. Absent is no bound.</param>
/// <param name="Maximum">Outputs: no element is above this. Absent is no bound.</param>
public sealed record TensorSpec(
    string Name,
    TensorElementType Type,
    [property: JsonConverter(typeof(SymbolicShapeConverter))] IReadOnlyList<long> Shape,
    string? Meaning = null,
    string? Unit = null,
    IReadOnlyList<string>? Labels = null,
    double? Minimum = null,
    double? Maximum = null)
{
    /// <summary>Names of columns or values; empty when there are none.</summary>
    public IReadOnlyList<string> Labels { get; init; } = Labels ?? [];

    /// <summary>For each dimension the name it has in <see cref="ModelManifest.Dimensions"/>, null where its size is fixed; empty when all are.</summary>
    [JsonIgnore]
    public IReadOnlyList<string?> Symbols => (Shape as SymbolicShape)?.Symbols ?? [];

    /// <summary>The same with other sizes for the named dimensions.</summary>
    internal TensorSpec Resize(Func<string, long?> sizeOf) => Shape is SymbolicShape symbolic ? this with { Shape = symbolic.With(sizeOf) } : this;
}
