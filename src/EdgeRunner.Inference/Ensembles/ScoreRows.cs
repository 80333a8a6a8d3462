namespace EdgeRunner.Inference.Ensembles;

/// <summary>Arithmetic on the columns of one row: scores or probabilities of the classes.</summary>
internal static class ScoreRows
{
    /// <summary>The label of a row that holds a NaN, where the manifest cannot say another.</summary>
    internal const long NoLabel = -1;

    /// <summary>Index of the highest, the lowest of equals; <see cref="NoLabel"/> with a NaN among them.</summary>
    internal static long Highest(ReadOnlySpan<double> row)
    {
        var best = 0;
        for (var i = 0; i < row.Length; i++)
        {
            if (double.IsNaN(row[i]))
            {
                return NoLabel;
            }
            best = row[i] > row[best] ? i : best;
        }
        return best;
    }

    /// <summary>1 above 0, otherwise 0; <see cref="NoLabel"/> for NaN.</summary>
    internal static long Sign(double score) => double.IsNaN(score) ? NoLabel : score > 0 ? 1 : 0;

    /// <summary><c>e^(factor · score) / Σ e^(factor · score)</c>, shifted by the highest so that nothing overflows.</summary>
    internal static void Softmax(ReadOnlySpan<double> scores, double factor, Span<double> probabilities)
    {
        var highest = double.NegativeInfinity;
        foreach (var score in scores)
        {
            highest = Math.Max(highest, score);
        }
        var total = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            total += probabilities[i] = Math.Exp(factor * (scores[i] - highest));
        }
        foreach (ref var probability in probabilities)
        {
            probability /= total;
        }
    }

    /// <summary>The probabilities of classes 0 and 1 from the score of class 1. e^-|s| cannot overflow.</summary>
    internal static void Sigmoid(double score, Span<double> probabilities)
    {
        var e = Math.Exp(-Math.Abs(score));
        var (low, high) = (e / (1 + e), 1 / (1 + e));
        (probabilities[0], probabilities[1]) = score < 0 ? (high, low) : (low, high);
    }
}
