namespace EdgeRunner.Inference.Sessions;

/// <summary>One golden case.</summary>
/// <param name="Name">Its name in the manifest.</param>
/// <param name="Runs">Passes through the graph that were made: 1, or the length of a sequence.</param>
/// <param name="MaxAbsoluteDifference">Largest difference over all outputs and runs; infinite where there is nothing to compare or a NaN stands
/// against a number; 0 when all are equal.</param>
/// <param name="Problems">Why it failed, each with the output or file; empty when it passed.</param>
public sealed record GoldenResult(string Name, int Runs, double MaxAbsoluteDifference, IReadOnlyList<string> Problems)
{
    /// <summary>Whether every output was within the tolerance of the case.</summary>
    public bool Passed => Problems.Count == 0;
}
