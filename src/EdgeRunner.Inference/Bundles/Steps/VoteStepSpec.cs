namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>One vote for each member. With the defaults as scikit-learn's <c>VotingClassifier(voting="hard")</c>; <paramref name="Shares"/> is
/// <c>predict_proba</c> of a <c>BaggingClassifier</c> whose members give labels only.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Inputs">int64 class numbers, one tensor of each member.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Label">The class that won, int64.</param>
/// <param name="Counts">Votes for each class, int64.</param>
/// <param name="Shares">Votes for each class divided by the number of members, float32.</param>
/// <param name="Rule">How many votes win.</param>
/// <param name="Tie">Who wins a plurality that several classes share.</param>
/// <param name="Undecided">The label when nobody wins.</param>
public sealed record VoteStepSpec(
    string Name,
    IReadOnlyList<string> Inputs,
    int Classes,
    string? Label = null,
    string? Counts = null,
    string? Shares = null,
    VotingRule Rule = VotingRule.Plurality,
    TieRule Tie = TieRule.LowestClass,
    long Undecided = BallotStepSpec.DefaultUndecided) : BallotStepSpec(Name, Inputs, Classes, Label, Counts, Shares, Rule, Tie, Undecided);
