using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>The largest or smallest entries along an axis, best first, as ONNX's <c>TopK</c>: of equal ones the first. NaN comes last.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A tensor of numbers with at least one dimension.</param>
/// <param name="K">How many.</param>
/// <param name="Values">Name for the entries, of the input's type; may be left out.</param>
/// <param name="Indices">Name for their places, int64; may be left out.</param>
/// <param name="Axis">Dimension; -1 is the last.</param>
/// <param name="Largest">Whether the largest are wanted, or the smallest.</param>
public sealed record TopKStepSpec(string Name, string Input, long K, string? Values = null, string? Indices = null, int Axis = -1, bool Largest = true) : StepSpec(Name)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Reads => [Input];

    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Makes => new[] { Values, Indices }.OfType<string>();
}
