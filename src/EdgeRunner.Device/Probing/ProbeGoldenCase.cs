namespace EdgeRunner.Device.Probing;

/// <summary>One golden case of the bundle.</summary>
/// <param name="Name">Its name in the manifest.</param>
/// <param name="Passed">Whether every output was within the tolerance.</param>
/// <param name="Runs">Passes through the graph.</param>
/// <param name="MaxAbsoluteDifference">Largest difference; infinite where a NaN stands against a number.</param>
/// <param name="Problems">Why it failed.</param>
internal sealed record ProbeGoldenCase(string Name, bool Passed, int Runs, double MaxAbsoluteDifference, IReadOnlyList<string> Problems);
