namespace EdgeRunner.Trust.Repository;

/// <summary>One rule that a staged file's signatures have to meet.</summary>
/// <param name="Delegator">Who makes the rule, e.g. <c>root v3</c>.</param>
/// <param name="Threshold">How many keys must sign.</param>
/// <param name="Signed">Key ids that have.</param>
/// <param name="Unsigned">Key ids that may and have not.</param>
public sealed record SignatureRequirement(string Delegator, long Threshold, IReadOnlyList<string> Signed, IReadOnlyList<string> Unsigned)
{
    /// <summary>How many signatures are missing; 0 when the rule is met.</summary>
    public long Missing => Math.Max(0, Threshold - Signed.Count);
}
