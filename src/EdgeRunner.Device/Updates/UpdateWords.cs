using System.Globalization;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Updates;

/// <summary>Updates in words, for <c>status</c> and <c>status.log</c>.</summary>
internal static class UpdateWords
{
    /// <summary>One line: <c>1.2.0 downloading 12.1 of 40.0 MiB (30 %), 1.2 MiB/s, 23 s left, over mqtt</c>.</summary>
    public static string Of(UpdateReport report)
    {
        var version = report.Version ?? "";
        var reason = report.ReasonCode is null ? "" : $": {report.ReasonCode}: {report.Reason}{Retry(report)}";
        var words = report.Phase switch
        {
            "idle" => report.Waiting ?? (report.Desired is null ? "nothing to do" : $"{report.Desired} is wanted"),
            "downloading" => $"{version} downloading{Progress(report)}",
            "trial" => $"{version} is on trial{(report.TrialWindowsWanted is { } wanted ? $", {report.TrialWindows} of {wanted} windows" : "")}{After(report)}",
            "committed" => $"{version} committed{After(report)}",
            "rolling-back" => $"{version} goes back{(report.From is null ? "" : $" to {report.From}")}",
            "rejected" => $"{version} rejected",
            _ => $"{version} {report.Phase}",
        };
        return words + reason + (report.Waiting is { } waiting && report.Phase is not "idle" ? $" ({waiting})" : report.Pinned is true && report.Waiting is null ? " (pinned)" : "") + DryRun(report);
    }

    /// <summary><c> (tried again at 20:31:05Z)</c>; nothing for what is not.</summary>
    public static string Retry(UpdateReport report) => report.RetryAt is { } at ? string.Create(CultureInfo.InvariantCulture, $" (tried again at {at.UtcDateTime:HH:mm:ss'Z'})") : "";

    private static string After(UpdateReport report) => report.From is null ? "" : $", in place of {report.From}";

    private static string Progress(UpdateReport report)
    {
        if (report.BytesDone is not { } done) return report.BytesTotal is { } length ? $" ({Size(length)})" : "";
        List<string> parts = [$" {Size(done, report.BytesTotal ?? done).Split(' ')[0]} of {Size(report.BytesTotal ?? done)} ({(report.BytesTotal is > 0 ? 100 * done / report.BytesTotal : 0)} %)"];
        if (report.BytesReused is > 0) parts.Add($"{Size(report.BytesReused.Value, report.BytesTotal ?? done)} of them were here");
        if (report.BytesPerSecond is > 0) parts.Add($"{Size(report.BytesPerSecond.Value, report.BytesTotal ?? done)}/s");
        if (report.RemainingSeconds is { } left) parts.Add($"{left.ToString("0", CultureInfo.InvariantCulture)} s left");
        if (report.Transport is { } road) parts.Add($"over {road}");
        return string.Join(", ", parts);
    }

    private static string DryRun(UpdateReport report) => report.DryRun switch
    {
        null => "",
        { Ok: true } dry => $"; dry run: {dry.Version} could be taken, {Size(dry.BytesToMove)} to fetch",
        { } dry => $"; dry run: {dry.Version} could not be taken: {string.Join("; ", dry.Problems)}",
    };

    /// <summary>A number of bytes as every view of updates says it: <c>40.0 MiB</c>, of a small model <c>21.5 KiB</c>.</summary>
    /// <param name="bytes">The number.</param>
    /// <param name="of">The whole that it is a part of, which chooses the unit; null for itself.</param>
    public static string Size(double bytes, double? of = null)
    {
        var (divisor, unit) = (of ?? bytes) is > 0 and < 1 << 20 ? (1024.0, "KiB") : (1048576.0, "MiB");
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / divisor:0.0} {unit}");
    }
}
