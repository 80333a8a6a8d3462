using System.Globalization;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>What came of a shadow run in one pipeline.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Refusal">Why there was none; null when there was.</param>
internal sealed record ShadowComparison(string Pipeline, string? Refusal = null)
{
    /// <summary>Windows on which both decided.</summary>
    public long Compared { get; set; }

    /// <summary>Of those, the ones with the same label.</summary>
    public long Agreed { get; set; }

    /// <summary>Windows on which only the present version decided: the new one failed.</summary>
    public long Failed { get; set; }

    /// <summary>What was wrong with the last of them.</summary>
    public string? LastFault { get; set; }

    /// <summary>Windows that the new version was too slow to look at.</summary>
    public long Skipped { get; set; }

    /// <summary>Windows run but not compared, because the states of both had not met yet.</summary>
    public long Settling { get; set; }

    /// <summary>Elements of the outputs that were compared; 0 when they hold labels or differ in shape.</summary>
    public long Elements { get; set; }

    /// <summary>Largest difference of an element.</summary>
    public double LargestDifference { get; set; }

    /// <summary>Sum of all differences.</summary>
    public double SumOfDifferences { get; set; }

    /// <summary>In plain words with numbers.</summary>
    public string Describe()
    {
        if (Refusal is not null) return $"pipeline {Pipeline}: not compared: {Refusal}";
        List<string> parts = [$"{Compared} windows compared"];
        if (Compared > 0) parts.Add($"{Number(100.0 * Agreed / Compared)} % of the decisions agree");
        if (Elements > 0) parts.Add($"outputs differ by {Number(LargestDifference)} at most and {Number(SumOfDifferences / Elements)} in the mean");
        if (Failed > 0) parts.Add($"the new version failed on {Failed}, the last time because {LastFault}");
        if (Skipped > 0) parts.Add($"{Skipped} skipped, as the new version was too slow beside the old one");
        if (Settling > 0) parts.Add($"{Settling} not compared while its state settled");
        return $"pipeline {Pipeline}: {string.Join(", ", parts)}";
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
