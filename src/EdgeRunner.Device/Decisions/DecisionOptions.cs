using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Decisions;

/// <summary>How the outputs of a window become a decision; <c>kind</c> selects the type.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ThresholdDecisionOptions), "threshold")]
[JsonDerivedType(typeof(ArgmaxDecisionOptions), "argmax")]
internal abstract record DecisionOptions
{
    /// <summary>Name of the model output that decides; null (default) = the model's only output.</summary>
    public string? Output { get; set; }

    /// <summary>Windows for which the present state is kept after another one begins.</summary>
    public int HoldWindows { get; set; }

    /// <summary>What holds while the model is turned off; null (default) = no label.</summary>
    public SafeStateOptions? Safe { get; set; }

    /// <summary>Longest hold, in windows.</summary>
    protected const int MaxHoldWindows = 1_000_000;
}
