using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Which of several equal classes wins.</summary>
[JsonConverter(typeof(KebabCaseEnumConverter<TieRule>))]
public enum TieRule
{
    /// <summary>The lowest class number, as in scikit-learn.</summary>
    LowestClass,

    /// <summary>The one the first member prefers to the others; members of weight 0 are not asked. When no member prefers one, the lowest.</summary>
    FirstMember,

    /// <summary>None: the label is the one for <c>undecided</c>.</summary>
    None,
}
