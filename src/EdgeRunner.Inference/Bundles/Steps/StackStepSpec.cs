using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>A meta-model over what the members answered. As scikit-learn's <c>StackingClassifier</c> and <c>StackingRegressor</c>.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Inputs">Float tensors, one of each member; alike in all but the last dimension. Their columns stand behind each other in what the
/// meta-model reads.</param>
/// <param name="File">The meta-model: a <c>.onnx</c> file of the bundle with one input.</param>
/// <param name="Input">Name of that input.</param>
/// <param name="Outputs">The file's output name → tensor of the graph.</param>
/// <param name="DropFirst">Leaves out the first column of each member, as scikit-learn does with two classes, where it says nothing the second
/// does not.</param>
/// <param name="Features">Raw features, whose columns follow those of the members; none when absent (scikit-learn's <c>passthrough</c>).</param>
public sealed record StackStepSpec(
    string Name,
    IReadOnlyList<string> Inputs,
    string File,
    string Input,
    IReadOnlyDictionary<string, string> Outputs,
    bool DropFirst = false,
    string? Features = null) : MembersStepSpec(Name, Inputs)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Reads => Features is null ? Inputs : [.. Inputs, Features];

    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Makes => Outputs.Values;

    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> OnnxFiles => [File];

    /// <summary>The row the meta-model reads. Tensors of a manifest have no blank in their names, so it is nobody else's.</summary>
    internal string Row => $"{Name} row";

    /// <summary>The step that runs the meta-model.</summary>
    internal OnnxStepSpec Meta => new(Name, File, new Dictionary<string, string>(StringComparer.Ordinal) { [Input] = Row }, Outputs);

    /// <summary>Columns of a tensor that are left out.</summary>
    internal int Skipped(string tensor) => DropFirst && !string.Equals(tensor, Features, StringComparison.Ordinal) ? 1 : 0;
}
