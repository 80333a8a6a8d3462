using System.Globalization;
using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>Judges what a new version does in one pipeline. Only numbers: no clock, no thread.</summary>
/// <param name="pipeline">Name of the pipeline.</param>
/// <param name="limits">What to go by.</param>
/// <param name="from">Version before; null when there was none.</param>
/// <param name="before">What that one did here; null when it is not known.</param>
internal sealed class PipelineTrial(string pipeline, TrialLimitsInForce limits, string? from, PipelineHistory? before)
{
    /// <summary>Fewer windows have no p99: one hiccup of the machine would be it. The median is compared then.</summary>
    internal const int MinimumForP99 = 100;

    /// <summary>Fewer windows say nothing of the speed.</summary>
    internal const int MinimumForMedian = 10;

    /// <summary>What a run may take longer whatever the ratio, in nanoseconds: about what the scheduler of a busy box takes now and then. 4 µs against 9 µs is no
    /// reason to give a version up.</summary>
    internal const long SlackNanoseconds = 1_000_000;

    /// <summary>Before so many windows a bad begin may still be made good.</summary>
    private const int MinimumForHopeless = 100;

    /// <summary>What is wrong; null while nothing is.</summary>
    /// <param name="seen">What the new version did so far.</param>
    /// <param name="isOver">True: no more windows come. False: only what no further window can make good counts.</param>
    public TrialVerdict? FindFailure(ServingObservation seen, bool isOver)
    {
        var windows = seen.Windows;
        if (seen.OffReason is { } off) return Fail(UpdateReasons.TrialGuard, $"the guard turned it off after {windows} windows: {off}");
        if (FindErrors(seen.Bad, windows, isOver) is { } errors) return errors;
        if (FindSlowness(seen.Latency, isOver) is { } slowness) return slowness;
        return isOver && Drift(seen) is { } drift && drift > limits.MaxDrift
            ? Fail(UpdateReasons.TrialDrift, $"its outputs differ from those of {from}: population stability index {Number(drift)}, at most {Number(limits.MaxDrift)} is allowed")
            : null;
    }

    /// <summary>What was seen, in plain words with numbers.</summary>
    public string Describe(ServingObservation seen)
    {
        var count = seen.Latency.Count;
        List<string> parts = [$"{seen.Windows} windows, {Errors(seen.Bad, seen.Windows)}"];
        if (count >= MinimumForP99) parts.Add($"p99 {Time(seen.Latency.PercentileNanoseconds(0.99))}{Compared(before?.P99Nanoseconds)}");
        else if (count >= MinimumForMedian) parts.Add($"median {Time(seen.Latency.PercentileNanoseconds(0.5))}{Compared(before?.P50Nanoseconds)}, too few windows for a p99");
        else parts.Add("too few windows to say how fast it is");
        if (limits.MaxDrift > 0)
        {
            parts.Add(Drift(seen) is { } drift
                ? $"distance of its outputs {Number(drift)}, limit {Number(limits.MaxDrift)}"
                : $"outputs not compared: at least {ServingHistory.MinimumWindows} windows of both versions with decisions over the same are needed");
        }

        return $"pipeline {pipeline}: {string.Join("; ", parts)}";
    }

    private TrialVerdict? FindErrors(long bad, long windows, bool isOver)
    {
        // Before the end, only what the windows that are still to come cannot make good.
        var of = isOver ? windows : Math.Max(windows, limits.Windows);
        // A single bad window is no rate, unless none at all is allowed.
        var allowed = limits.MaxErrorRate == 0 ? 0 : Math.Max(1, limits.MaxErrorRate * of);
        var isHopeless = !isOver && windows >= MinimumForHopeless && limits.MaxErrorRate < 0.5 && bad * 2 > windows;
        return bad > allowed || isHopeless
            ? Fail(UpdateReasons.TrialErrors, $"{Errors(bad, windows)} of {windows} windows{(isOver ? "" : " already")}")
            : null;
    }

    private TrialVerdict? FindSlowness(LatencyHistogram latency, bool isOver)
    {
        if (before is null) return null;
        var count = latency.Count;
        if (count >= MinimumForP99)
        {
            var limit = Limit(before.P99Nanoseconds);
            var isTooSlow = isOver ? latency.PercentileNanoseconds(0.99) > limit : latency.CountAbove(limit) > Math.Max(count, limits.Windows) / 100.0;
            return isTooSlow ? Fail(UpdateReasons.TrialLatency, $"p99 {Time(latency.PercentileNanoseconds(0.99))}{Compared(before.P99Nanoseconds)}") : null;
        }

        return isOver && count >= MinimumForMedian && latency.PercentileNanoseconds(0.5) > Limit(before.P50Nanoseconds)
            ? Fail(UpdateReasons.TrialLatency, $"median {Time(latency.PercentileNanoseconds(0.5))}{Compared(before.P50Nanoseconds)}")
            : null;
    }

    private double? Drift(ServingObservation seen) =>
        limits.MaxDrift > 0 && before is not null && before.Windows >= ServingHistory.MinimumWindows && seen.Latency.Count >= ServingHistory.MinimumWindows
            ? before.Outputs.DistanceOf(OutputDistribution.Of(seen))
            : null;

    private long Limit(long nanoseconds) => (long)Math.Max(nanoseconds * limits.MaxLatencyRatio, nanoseconds + SlackNanoseconds);

    private TrialVerdict Fail(string code, string words) => new(code, $"pipeline {pipeline}: {words}");

    private string Errors(long bad, long windows)
    {
        var rate = bad > 0 && windows > 0 ? $" ({Percent((double)bad / windows)})" : "";
        var then = bad > 0 && before is { Bad: > 0 } ? $", {Percent((double)before.Bad / before.Windows)} with {from}" : "";
        return $"{bad} bad{rate}, limit {Percent(limits.MaxErrorRate)}{then}";
    }

    private string Compared(long? nanoseconds) => nanoseconds is { } known ? $" ({Time(known)} with {from}, limit {Time(Limit(known))})" : from is null ? "" : $" (not known of {from})";

    private static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{part * 100:0.###} %");

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Time(long nanoseconds) => nanoseconds < 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.#} µs")
        : string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.##} ms");
}
