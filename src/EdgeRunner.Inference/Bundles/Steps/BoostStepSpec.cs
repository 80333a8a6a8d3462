using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Boosting. Which members apply depends on <paramref name="Method"/>; one that does not apply is an error.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Method">How the stages are joined.</param>
/// <param name="Inputs">One tensor of each stage. <c>additive</c>: float scores, the last dimension a column for each score. <c>samme</c>: int64
/// class numbers. <c>samme-r</c>: float probabilities, the last dimension a column for each class.</param>
/// <param name="Label">The class, int64: <c>additive</c> with one score 1 where it is above 0, otherwise the class of the highest score, the
/// lowest of equals; -1 in a row with a NaN.</param>
/// <param name="Probabilities">A column for each class.</param>
/// <param name="Scores">The decision function: <c>additive</c> a column for each score; otherwise a column for each class, or one column for
/// two classes.</param>
/// <param name="Initial"><c>additive</c>: the score before the first stage, one for each column; zeros when absent.</param>
/// <param name="LearningRate"><c>additive</c>: factor of every stage, above 0; 1 when absent.</param>
/// <param name="Link"><c>additive</c>: how scores become probabilities; <c>none</c> when absent.</param>
/// <param name="Weights">One for each stage, 0 or more, not all 0. <c>samme</c>: needed. <c>additive</c>: factors beside the learning
/// rate; 1 when absent.</param>
/// <param name="Classes"><c>samme</c>: number of classes; 2 to 65 536.</param>
/// <param name="Coding"><c>samme</c>: what a vote adds to the classes; <c>symmetric</c> when absent.</param>
public sealed record BoostStepSpec(
    string Name,
    BoostMethod Method,
    IReadOnlyList<string> Inputs,
    string? Label = null,
    string? Probabilities = null,
    string? Scores = null,
    IReadOnlyList<double>? Initial = null,
    double? LearningRate = null,
    BoostLink? Link = null,
    IReadOnlyList<double>? Weights = null,
    int? Classes = null,
    VoteCoding? Coding = null) : MembersStepSpec(Name, Inputs)
{
    /// <inheritdoc />
    [JsonIgnore]
    public override IEnumerable<string> Makes => Named(Label, Probabilities, Scores);
}
