namespace EdgeRunner.Inference.Sessions;

/// <summary>What <see cref="ModelInstance.SelfTest"/> found.</summary>
/// <param name="Cases">Each golden case, in the order of the manifest; empty when the bundle has none.</param>
public sealed record SelfTestResult(IReadOnlyList<GoldenResult> Cases)
{
    /// <summary>Whether every case passed; true when there is none.</summary>
    public bool Passed => Cases.All(one => one.Passed);
}
