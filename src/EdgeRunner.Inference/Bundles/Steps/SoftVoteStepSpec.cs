using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>The class with the highest mean probability. As scikit-learn's <c>VotingClassifier(voting="soft")</c> and <c>BaggingClassifier</c>.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Inputs">Float tensors, one of each member; the last dimension has a column for each class.</param>
/// <param name="Label">The class, int64; the members' shape without the last dimension.</param>
/// <param name="Probabilities">The mean, weighted if there are weights; type and shape of the members.</param>
/// <param name="Weights">One for each member, 0 or more, not all 0; all equal when absent.</param>
/// <param name="Tie">Who wins when several classes have exactly the highest mean.</param>
/// <param name="Undecided">The label of a tie that nobody wins, and of a row with a NaN.</param>
public sealed record SoftVoteStepSpec(
    string Name,
    IReadOnlyList<string> Inputs,
    string? Label = null,
    string? Probabilities = null,
    IReadOnlyList<double>? Weights = null,
    TieRule Tie = TieRule.LowestClass,
    long Undecided = BallotStepSpec.DefaultUndecided) : MembersStepSpec(Name, Inputs)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Makes => Named(Label, Probabilities);
}
