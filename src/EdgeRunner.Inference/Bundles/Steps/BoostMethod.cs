using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>How the stages of a boosted ensemble are joined.</summary>
[JsonConverter(typeof(KebabCaseEnumConverter<BoostMethod>))]
public enum BoostMethod
{
    /// <summary>A sum of scores: gradient boosting.</summary>
    Additive,

    /// <summary>Weighted votes: discrete AdaBoost for any number of classes.</summary>
    Samme,

    /// <summary>Sums of log probabilities: real AdaBoost for any number of classes.</summary>
    /// <seealso href="https://hastie.su.domains/Papers/samme.pdf"/>
    SammeR,
}
