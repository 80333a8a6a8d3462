using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>How many votes win.</summary>
[JsonConverter(typeof(KebabCaseEnumConverter<VotingRule>))]
public enum VotingRule
{
    /// <summary>More than any other class; <see cref="TieRule"/> decides between equals.</summary>
    Plurality,

    /// <summary>More than half of all members (by weight, where there are weights), those that named no class included.</summary>
    Majority,
}
