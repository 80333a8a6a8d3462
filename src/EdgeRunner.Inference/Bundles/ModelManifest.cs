using System.Text.Json.Serialization;
using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Bundles;

/// <summary><c>model.json</c> of a bundle, format 1: what the model is, what goes in and out, how its files are wired together
/// (<see cref="Graph"/>) and the digest of each of them. Immutable; read and checked by <c>ManifestReader</c>.</summary>
/// <param name="Format">Version of this format; always 1.</param>
/// <param name="Name">Lower case, <c>[a-z0-9][a-z0-9._-]{0,63}</c>, e.g. <c>silero-vad</c>.</param>
/// <param name="Version">For people. The order devices trust comes from signed metadata, not from here.</param>
/// <param name="License">SPDX expression of the model's weights, e.g. <c>MIT</c>.</param>
/// <param name="Inputs">What the pipeline or caller fills before a run.</param>
/// <param name="Outputs">What a run gives.</param>
/// <param name="Graph">Steps in the order in which they run.</param>
/// <param name="Description">One line for <c>model show</c>.</param>
/// <param name="Constants">Tensors with a fixed value.</param>
/// <param name="States">Tensors carried from one run to the next.</param>
/// <param name="Limits">What the author promises the model stays under.</param>
/// <param name="Hardware">What the model needs to run.</param>
/// <param name="Golden">Cases with known answers, run by <c>model pack</c> and by the device before activation.</param>
/// <param name="Attachments">Files that travel along without being used by the graph, e.g. the licence text.</param>
/// <param name="Opsets">Operator sets the ONNX files ask for, highest version of each domain; written by pack.</param>
/// <param name="Files">Every file of the bundle except <c>model.json</c>; absent in the author's form, written by pack.</param>
/// <param name="Dimensions">Dimensions of inputs and outputs that may differ from run to run, by the name shapes use.</param>
public sealed record ModelManifest(
    int Format,
    string Name,
    SemanticVersion Version,
    string License,
    IReadOnlyList<TensorSpec> Inputs,
    IReadOnlyList<TensorSpec> Outputs,
    IReadOnlyList<StepSpec> Graph,
    string? Description = null,
    IReadOnlyList<ConstantSpec>? Constants = null,
    IReadOnlyList<StateSpec>? States = null,
    LimitsSpec? Limits = null,
    HardwareSpec? Hardware = null,
    IReadOnlyList<GoldenSpec>? Golden = null,
    IReadOnlyList<string>? Attachments = null,
    IReadOnlyDictionary<string, long>? Opsets = null,
    IReadOnlyList<FileSpec>? Files = null,
    IReadOnlyDictionary<string, DimensionSpec>? Dimensions = null)
{
    /// <summary>The entry every bundle has, and the one file that <see cref="Files"/> does not list.</summary>
    public const string FileName = "model.json";

    /// <summary>The one format this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Tensors with a fixed value; empty when there are none.</summary>
    public IReadOnlyList<ConstantSpec> Constants { get; init; } = Constants ?? [];

    /// <summary>Tensors carried from one run to the next; empty when there are none.</summary>
    public IReadOnlyList<StateSpec> States { get; init; } = States ?? [];

    /// <summary>What the author promises the model stays under; without limits when none are given.</summary>
    public LimitsSpec Limits { get; init; } = Limits ?? new LimitsSpec();

    /// <summary>What the model needs to run; CPU when nothing is said.</summary>
    public HardwareSpec Hardware { get; init; } = Hardware ?? new HardwareSpec();

    /// <summary>Cases with known answers; empty when there are none.</summary>
    public IReadOnlyList<GoldenSpec> Golden { get; init; } = Golden ?? [];

    /// <summary>Files that travel along unused; empty when there are none.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = Attachments ?? [];

    /// <summary>Operator sets the ONNX files ask for; empty in the author's form.</summary>
    public IReadOnlyDictionary<string, long> Opsets { get; init; } = Opsets ?? new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Every file but <c>model.json</c>; empty in the author's form.</summary>
    public IReadOnlyList<FileSpec> Files { get; init; } = Files ?? [];

    /// <summary>Dimensions that may differ from run to run; empty when all are fixed.</summary>
    public IReadOnlyDictionary<string, DimensionSpec> Dimensions { get; init; } = Dimensions ?? new Dictionary<string, DimensionSpec>(StringComparer.Ordinal);

    /// <summary><c>name version</c>, as people say it.</summary>
    [JsonIgnore]
    public string Title => $"{Name} {Version}";

    /// <summary>The same model with other sizes for the named dimensions of its inputs and outputs.</summary>
    internal ModelManifest Resize(Func<string, long?> sizeOf) => Dimensions.Count == 0
        ? this
        : this with { Inputs = [.. Inputs.Select(input => input.Resize(sizeOf))], Outputs = [.. Outputs.Select(output => output.Resize(sizeOf))] };
}
