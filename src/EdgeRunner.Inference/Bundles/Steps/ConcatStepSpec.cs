using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Puts tensors behind each other along an axis, as ONNX's <c>Concat</c>.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Inputs">Tensors of one type and of shapes that differ along <paramref name="Axis"/> only.</param>
/// <param name="Output">The joined tensor.</param>
/// <param name="Axis">Dimension along which they are joined; -1 is the last.</param>
public sealed record ConcatStepSpec(string Name, IReadOnlyList<string> Inputs, string Output, int Axis) : StepSpec(Name)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Reads => Inputs;

    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Makes => [Output];
}
