using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>What a vote adds to the scores of SAMME. The label is the same; scores and probabilities are not.</summary>
[JsonConverter(typeof(KebabCaseEnumConverter<VoteCoding>))]
public enum VoteCoding
{
    /// <summary>1 for the class it names, -1/(K-1) for each other of the K classes: the paper, and scikit-learn since 1.3.</summary>
    Symmetric,

    /// <summary>1 for the class it names: scikit-learn up to 1.2.</summary>
    Indicator,
}
