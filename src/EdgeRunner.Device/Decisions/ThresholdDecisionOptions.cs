using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Decisions;

/// <summary>One score against a threshold: on or off.</summary>
internal sealed record ThresholdDecisionOptions : DecisionOptions, ICheckedSection
{
    /// <summary>Which element of the output is the score, in row-major order.</summary>
    public int Index { get; set; }

    /// <summary>Name of the state on; null (default) takes the output's label, else its name.</summary>
    public string? Label { get; set; }

    /// <summary>The score at which the state becomes on.</summary>
    public double Threshold { get; set; } = 0.5;

    /// <summary>How far the score must go back over the threshold before the state becomes off.</summary>
    public double Hysteresis { get; set; }

    /// <summary>On which side of the threshold the state is on.</summary>
    public ThresholdDirection Direction { get; set; } = ThresholdDirection.Above;

    /// <summary>Windows in a row that must reach the threshold before the state becomes on.</summary>
    public int MinWindows { get; set; } = 1;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(HoldWindows), HoldWindows, 0, MaxHoldWindows);
        check.Range(nameof(MinWindows), MinWindows, 1, MaxHoldWindows);
        check.Range(nameof(Index), Index, 0, int.MaxValue);
        check.Range(nameof(Threshold), Threshold, -1e30, 1e30);
        check.Range(nameof(Hysteresis), Hysteresis, 0, 1e30);
        if (Label is { Length: 0 or > 256 })
            check.Error(nameof(Label), "expected 1 to 256 characters");
    }
}
