using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary><c>Σ weight · member / Σ weight</c>, element by element. As scikit-learn's <c>VotingRegressor</c> with weights.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Inputs">Float tensors, one of each member; any shape.</param>
/// <param name="Weights">One for each member, 0 or more, not all 0; they need not sum to 1.</param>
/// <param name="Output">The mean; type and shape of the members.</param>
public sealed record WeightedAverageStepSpec(string Name, IReadOnlyList<string> Inputs, IReadOnlyList<double> Weights, string Output)
    : MembersStepSpec(Name, Inputs)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Makes => [Output];
}
