using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Decisions;

/// <summary>The label with the highest score, or the label the model itself names.</summary>
internal sealed record ArgmaxDecisionOptions : DecisionOptions, ICheckedSection
{
    /// <summary>Name of a second output with one score per label, for models whose first output is the label as an integer; null (default)
    /// = none: such a label then counts with confidence 1.</summary>
    public string? Scores { get; set; }

    /// <summary>Names of the labels by index; null (default) takes those of the model.</summary>
    public List<string>? Labels { get; set; }

    /// <summary>A highest score below this is no decision: there is no label. 0 (default) = no minimum.</summary>
    public double MinConfidence { get; set; }

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(HoldWindows), HoldWindows, 0, MaxHoldWindows);
        check.Range(nameof(MinConfidence), MinConfidence, 0, 1);
        if (Labels is { Count: 0 or > 65_536 })
            check.Error(nameof(Labels), $"{Labels.Count} labels are not allowed; expected 1 to 65536");
    }
}
