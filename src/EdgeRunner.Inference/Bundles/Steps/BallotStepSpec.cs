using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>A step in which each member names a class for each element of its tensor.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Inputs">int64 tensors of class numbers, one of each member; any shape. A number outside 0 to <paramref name="Classes"/> - 1 is no
/// vote, but its member still counts in the total.</param>
/// <param name="Classes">Number of classes; 2 to 65 536.</param>
/// <param name="Label">The class that won, int64, shape of the members.</param>
/// <param name="Counts">Votes for each class; one dimension more than the members, of <paramref name="Classes"/> columns.</param>
/// <param name="Shares">Counts divided by the total of all members, float32; the shape of <paramref name="Counts"/>.</param>
/// <param name="Rule">How many votes win.</param>
/// <param name="Tie">Who wins a plurality that several classes share.</param>
/// <param name="Undecided">The label when nobody wins: any number, also one of a class.</param>
public abstract record BallotStepSpec(
    string Name,
    IReadOnlyList<string> Inputs,
    int Classes,
    string? Label,
    string? Counts,
    string? Shares,
    VotingRule Rule,
    TieRule Tie,
    long Undecided) : MembersStepSpec(Name, Inputs)
{
    /// <summary>The label of a row without a winner, where the manifest does not say another.</summary>
    public const long DefaultUndecided = -1;

    /// <inheritdoc />
    [JsonIgnore]
    public sealed override IEnumerable<string> Makes => Named(Label, Counts, Shares);
}
