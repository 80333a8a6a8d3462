using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>The mean of the members, element by element. As scikit-learn's <c>VotingRegressor</c> without weights.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Inputs">Float tensors, one of each member; any shape.</param>
/// <param name="Output">The mean; type and shape of the members.</param>
public sealed record AverageStepSpec(string Name, IReadOnlyList<string> Inputs, string Output) : MembersStepSpec(Name, Inputs)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Makes => [Output];
}
