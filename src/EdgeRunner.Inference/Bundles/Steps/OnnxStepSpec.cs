using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Runs one ONNX file.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="File">The <c>.onnx</c> file of the bundle.</param>
/// <param name="Inputs">The file's input name → tensor of the graph. Every input of the file must be here.</param>
/// <param name="Outputs">The file's output name → tensor of the graph. Outputs nobody needs are left out.</param>
public sealed record OnnxStepSpec(
    string Name,
    string File,
    IReadOnlyDictionary<string, string> Inputs,
    IReadOnlyDictionary<string, string> Outputs) : StepSpec(Name)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Reads => Inputs.Values;

    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Makes => Outputs.Values;

    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> OnnxFiles => [File];
}
