namespace EdgeRunner.Device.Commands.BackendTests;

/// <summary>What came of one backend test.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Outcome">Passed or not.</param>
/// <param name="Detail">The largest difference, or what went wrong.</param>
/// <param name="MaxDifference">Largest absolute difference over all outputs; null when nothing could be compared.</param>
internal sealed record BackendTestResult(string Name, BackendTestOutcome Outcome, string Detail, double? MaxDifference);
