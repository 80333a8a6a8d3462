using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Decisions;

/// <summary>The decision that holds while there is no model to make one (also written as a plain string, the label).</summary>
internal sealed record SafeStateOptions : ICheckedSection, IShorthandSection
{
    /// <summary>One of the decision's labels; null (default) = no label, which is "off" for a threshold.</summary>
    public string? Label { get; set; }

    /// <summary>The score that is published with it.</summary>
    public double Score { get; set; }

    /// <inheritdoc/>
    public void SetShorthand(string text) => Label = text;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(Score), Score, -1e30, 1e30);
        if (Label is { Length: 0 or > 256 })
            check.Error(nameof(Label), "expected 1 to 256 characters");
    }
}
