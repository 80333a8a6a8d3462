using EdgeRunner.Device.Probing;

namespace EdgeRunner.ModelMutants;

/// <summary>What the probe said of one mutant.</summary>
internal sealed record MutantResult(
    int Number, string Model, string Mutation, string Reason, ProbeStage Stage, int? Signal, string Detail, double ElapsedMilliseconds)
{
    /// <summary>Whether the probe knows what the model did: <c>probe-failed</c> and <c>runtime-missing</c> say nothing of it.</summary>
    internal bool HasReason => Reason is not ("probe-failed" or "runtime-missing") && Detail.Length > 0;
}
