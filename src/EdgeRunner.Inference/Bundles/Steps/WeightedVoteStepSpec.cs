namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Votes that count as much as their member weighs. With the defaults as scikit-learn's
/// <c>VotingClassifier(voting="hard", weights=...)</c>.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Inputs">int64 class numbers, one tensor of each member.</param>
/// <param name="Weights">One for each member, 0 or more, not all 0.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Label">The class that won, int64.</param>
/// <param name="Counts">Weight of the votes for each class, float32.</param>
/// <param name="Shares">Weight of the votes for each class divided by the weight of all members, float32.</param>
/// <param name="Rule">How much weight wins.</param>
/// <param name="Tie">Who wins a plurality that several classes share.</param>
/// <param name="Undecided">The label when nobody wins.</param>
public sealed record WeightedVoteStepSpec(
    string Name,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<double> Weights,
    int Classes,
    string? Label = null,
    string? Counts = null,
    string? Shares = null,
    VotingRule Rule = VotingRule.Plurality,
    TieRule Tie = TieRule.LowestClass,
    long Undecided = BallotStepSpec.DefaultUndecided) : BallotStepSpec(Name, Inputs, Classes, Label, Counts, Shares, Rule, Tie, Undecided);
