using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>A step that reads one tensor and makes one.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">The tensor it reads.</param>
/// <param name="Output">The tensor it makes.</param>
public abstract record UnaryStepSpec(string Name, string Input, string Output) : StepSpec(Name)
{
    /// <inheritdoc />
    [JsonIgnore]
    public sealed override IEnumerable<string> Reads => [Input];

    /// <inheritdoc />
    [JsonIgnore]
    public sealed override IEnumerable<string> Makes => [Output];
}
