namespace EdgeRunner.Inference.Ensembles;

/// <summary>What each member counts, in the members' order.</summary>
internal sealed class MemberWeights
{
    private readonly double[] _weights;

    internal MemberWeights(IReadOnlyList<double>? weights, int members)
    {
        _weights = weights is null ? [.. Enumerable.Repeat(1.0, members)] : [.. weights];
        Total = _weights.Sum();
    }

    /// <summary>Sum of all; above 0.</summary>
    internal double Total { get; }

    /// <summary>Weight of a member; 0 or more.</summary>
    internal double this[int member] => _weights[member];
}
