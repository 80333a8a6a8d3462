using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>A step that joins what the members of an ensemble answered.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Inputs">One tensor of each member, in the members' order; all of one type and shape.</param>
public abstract record MembersStepSpec(string Name, IReadOnlyList<string> Inputs) : StepSpec(Name)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Reads => Inputs;

    /// <summary>The results that were asked for.</summary>
    private protected static IEnumerable<string> Named(params IEnumerable<string?> results) => results.OfType<string>();
}
