namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>Lists of the manifest that have one number for all, or one for each entry along an axis.</summary>
internal static class Parameters
{
    /// <summary>One number for each entry.</summary>
    internal static double[] Spread(IReadOnlyList<double>? values, int size, double absent)
    {
        if (values is { Count: > 1 })
        {
            return [.. values];
        }
        var spread = new double[size];
        spread.AsSpan().Fill(values?[0] ?? absent);
        return spread;
    }
}
