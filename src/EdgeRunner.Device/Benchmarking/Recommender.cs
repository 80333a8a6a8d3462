using System.Globalization;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>Turns the comparison into advice. One thread is the rule, because the others belong to other pipelines; more must earn their place.</summary>
/// <remarks>A setting is taken only if its median is at least 15 % shorter, its 99th percentile at most 10 % longer, and its median shorter in four
/// rounds of five: less is within what two runs of the same thing differ by on a board that does other work.</remarks>
internal static class Recommender
{
    private const double MinGain = 0.15;
    private const double MaxTailLoss = 0.10;
    private const double MinWonRounds = 0.8;

    /// <summary>Two medians this close count as the same; the one with fewer threads is taken.</summary>
    private const double Same = 0.05;

    /// <summary>The advice.</summary>
    /// <param name="results">At least one.</param>
    public static BenchRecommendation Choose(IReadOnlyList<BenchSettingResult> results)
    {
        var rule = results.OrderBy(result => result.Threads).ThenBy(result => result.Spinning).First();
        var others = results.Where(result => result.Setting != rule.Setting).ToArray();
        if (others.Length == 0) return Advise(rule, $"{rule.Setting}: the only setting that was measured.");

        var better = others.Where(other => WhyNot(rule, other) is null).OrderBy(other => other.OnDevice.TypicalP50Us).ToArray();
        if (better.Length == 0)
        {
            var closest = others.MinBy(other => other.OnDevice.TypicalP50Us)!;
            return Advise(rule, $"{rule.Setting}: {WhyNot(rule, closest)}.");
        }

        var best = better.Where(other => other.OnDevice.TypicalP50Us <= better[0].OnDevice.TypicalP50Us * (1 + Same))
            .OrderBy(other => other.Threads).ThenBy(other => other.Spinning).First();
        var (before, after) = (rule.OnDevice, best.OnDevice);
        return Advise(best, string.Create(
            CultureInfo.InvariantCulture,
            $"{best.Setting}: p50 is {BenchWords.Time(after.TypicalP50Us)} instead of {BenchWords.Time(before.TypicalP50Us)} with {rule.Setting} ({Percent(after.TypicalP50Us / before.TypicalP50Us)}), " +
            $"p99 {BenchWords.Time(after.TypicalP99Us)} instead of {BenchWords.Time(before.TypicalP99Us)}. Each run takes {BenchWords.Time(after.CpuUsPerRun)} of processor time instead of {BenchWords.Time(before.CpuUsPerRun)}: " +
            $"worth it only while nothing else needs those cores."));
    }

    /// <summary>Why <paramref name="other"/> is not taken; null when it is worth it.</summary>
    private static string? WhyNot(BenchSettingResult rule, BenchSettingResult other)
    {
        var (before, after) = (rule.OnDevice, other.OnDevice);
        var (p50, p99) = (after.TypicalP50Us / Math.Max(before.TypicalP50Us, 1e-3), after.TypicalP99Us / Math.Max(before.TypicalP99Us, 1e-3));
        var numbers = $"p50 {BenchWords.Time(after.TypicalP50Us)} against {BenchWords.Time(before.TypicalP50Us)}";
        if (p50 > 1) return $"{other.Setting} are no quicker ({numbers})";
        if (p50 > 1 - MinGain) return $"{other.Setting} gain too little for the cores they take ({numbers}, {Percent(p50)})";
        if (p99 > 1 + MaxTailLoss) return $"{other.Setting} are quicker at p50 ({numbers}) but slower where it counts: p99 {BenchWords.Time(after.TypicalP99Us)} against {BenchWords.Time(before.TypicalP99Us)}";
        var rounds = before.RoundP50Us.Zip(after.RoundP50Us, (one, two) => two < one).ToArray();
        return rounds.Count(won => won) < MinWonRounds * rounds.Length
            ? $"{other.Setting} are quicker at p50 ({numbers}) in only {rounds.Count(won => won)} of {rounds.Length} rounds, so that may be noise"
            : null;
    }

    private static BenchRecommendation Advise(BenchSettingResult result, string reason) => new(result.Threads, result.Spinning, reason);

    private static string Percent(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{(ratio - 1) * 100:+0;-0} %");
}
