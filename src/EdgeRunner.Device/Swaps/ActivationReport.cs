using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Swaps;

/// <summary>What became of <c>POST /v1/models/NAME/activate</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version that was to become the active one.</param>
/// <param name="Activated">Whether it is.</param>
/// <param name="Reason">Why not, in plain words; null when it is.</param>
/// <param name="Pipelines">What became of it in each pipeline that uses the model.</param>
internal sealed record ActivationReport(string Model, string Version, bool Activated, string? Reason, IReadOnlyList<PipelineSwap> Pipelines)
{
    /// <summary>False when there is no such version on this device.</summary>
    [JsonIgnore]
    public bool IsInstalled { get; init; } = true;

    /// <summary>True when it was refused for something of the moment, such as too little memory.</summary>
    [JsonIgnore]
    public bool MayPass { get; init; }
}
