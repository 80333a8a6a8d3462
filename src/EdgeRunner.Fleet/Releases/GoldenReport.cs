namespace EdgeRunner.Fleet.Releases;

/// <summary>One golden case that passed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Runs">Passes through the graph.</param>
/// <param name="MaxAbsoluteDifference">Largest difference over all outputs.</param>
/// <param name="Rtol">Relative tolerance it had.</param>
/// <param name="Atol">Absolute tolerance it had.</param>
internal sealed record GoldenReport(string Name, int Runs, double MaxAbsoluteDifference, double Rtol, double Atol);
