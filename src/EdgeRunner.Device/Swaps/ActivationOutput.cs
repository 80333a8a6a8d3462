namespace EdgeRunner.Device.Swaps;

/// <summary>What <c>model activate</c> and <c>model install</c> print of an activation with <c>--json</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version that was to become the active one.</param>
/// <param name="Activated">Whether it is.</param>
/// <param name="DaemonAnswered">False when no daemon runs and only the store was changed, or when it gave no answer.</param>
/// <param name="Reason">Why it was refused, or what is still to happen; null when there is nothing to say.</param>
/// <param name="Pipelines">What became of it in each pipeline that uses the model.</param>
internal sealed record ActivationOutput(string Model, string Version, bool Activated, bool DaemonAnswered, string? Reason, IReadOnlyList<PipelineSwap> Pipelines)
{
    /// <summary>Of an activation that could not even be asked for.</summary>
    public static ActivationOutput NotDone(string model, string version, string reason) => new(model, version, Activated: false, DaemonAnswered: false, reason, []);
}
