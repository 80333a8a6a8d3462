using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>How the scores of additive boosting become probabilities.</summary>
[JsonConverter(typeof(KebabCaseEnumConverter<BoostLink>))]
public enum BoostLink
{
    /// <summary>They do not: regression, or scores for their own sake.</summary>
    None,

    /// <summary>One score: <c>1 / (1 + e^-score)</c> is the probability of class 1, the rest that of class 0.</summary>
    Sigmoid,

    /// <summary>Two scores or more, one of each class: <c>e^score / Σ e^score</c>.</summary>
    Softmax,
}
