namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>When a cascade runs. A row is the last dimension of the tensor. A NaN means unsure: it makes every rule but <c>inside</c> and <c>label-in</c> hold.</summary>
/// <param name="Tensor">The tensor the rule is about.</param>
/// <param name="Rule">
/// <c>max-below</c>: the largest entry of a row is below <paramref name="Value"/>.
/// <c>margin-below</c>: the largest entry is less than <paramref name="Value"/> above the second largest.
/// <c>entropy-above</c>: <c>-Σ p ln p</c> of a row of probabilities is above <paramref name="Value"/> (nats; 0 to ln of the number of entries).
/// <c>inside</c>, <c>outside</c>: entry <paramref name="Index"/> of a row is, or is not, from <paramref name="Low"/> to <paramref name="High"/>, both included.
/// <c>label-in</c>: the largest entry of a row of floats (the first, of equals), or an element of an integer tensor, is one of <paramref name="Labels"/>.
/// </param>
/// <param name="Value">Limit of the first three rules.</param>
/// <param name="Low">Lower end of the range; open when absent.</param>
/// <param name="High">Upper end of the range; open when absent.</param>
/// <param name="Index">Entry of a row; negative from the end; the first when absent.</param>
/// <param name="Labels">Labels, counted from 0.</param>
public sealed record CascadeRuleSpec(
    string Tensor,
    string Rule,
    double? Value = null,
    double? Low = null,
    double? High = null,
    int? Index = null,
    IReadOnlyList<long>? Labels = null)
{
    internal static readonly string[] Rules = ["max-below", "margin-below", "entropy-above", "inside", "outside", "label-in"];
}
