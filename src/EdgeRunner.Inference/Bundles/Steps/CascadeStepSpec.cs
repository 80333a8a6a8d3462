using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Runs steps only when a rule over an earlier tensor holds: a big model for what a small one is unsure of.</summary>
/// <remarks>The inner steps may read everything the cascade could; what they make is seen inside, and outside only through
/// <paramref name="Outputs"/>. A state whose next value is made inside is an output too, with the state itself as <c>else</c>: it keeps
/// its value while the cascade does not run.</remarks>
/// <param name="Name">Name of the step.</param>
/// <param name="When">The rule. Over a batch, one row for which it holds is enough, and all rows are run.</param>
/// <param name="Steps">The inner steps, in the order in which they run.</param>
/// <param name="Outputs">Tensors the cascade makes, by name, and where their values come from.</param>
/// <param name="Ran">Name for a scalar bool: whether the inner steps ran; may be left out.</param>
public sealed record CascadeStepSpec(
    string Name,
    CascadeRuleSpec When,
    IReadOnlyList<StepSpec> Steps,
    IReadOnlyDictionary<string, CascadeOutputSpec> Outputs,
    string? Ran = null) : StepSpec(Name)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Reads => ReadsFromOutside().Append(When.Tensor).Concat(Outputs.Values.Select(output => output.Else)).Distinct(StringComparer.Ordinal);

    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Makes => Ran is null ? Outputs.Keys : Outputs.Keys.Append(Ran);

    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> OnnxFiles => Steps.SelectMany(step => step.OnnxFiles);

    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> UsesFiles => Steps.SelectMany(step => step.UsesFiles);

    /// <inheritdoc />
    [JsonIgnore]
    public override IReadOnlyList<StepSpec> Nested => Steps;

    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> ReadsNested => Outputs.Values.Select(output => output.Then);

    private IEnumerable<string> ReadsFromOutside()
    {
        var made = Steps.SelectMany(step => step.Makes).ToHashSet(StringComparer.Ordinal);
        return Steps.SelectMany(step => step.Reads).Where(name => !made.Contains(name));
    }
}
