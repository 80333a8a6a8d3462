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
        var reason = report.ReasonCode is null ? "" : $": {report.ReasonCode}: {report.Reason}";
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

    private static string After(UpdateReport report) => report.From is null ? "" : $", in place of {report.From}";

    private static string Progress(UpdateReport report)
    {
        if (report.BytesDone is not { } done) return report.BytesTotal is { } length ? $" ({Mebibytes(length)} MiB)" : "";
        List<string> parts = [$" {Mebibytes(done)} of {Mebibytes(report.BytesTotal ?? done)} MiB ({(report.BytesTotal is > 0 ? 100 * done / report.BytesTotal : 0)} %)"];
        if (report.BytesReused is > 0) parts.Add($"{Mebibytes(report.BytesReused.Value)} MiB of them were here");
        if (report.BytesPerSecond is > 0) parts.Add($"{Mebibytes(report.BytesPerSecond.Value)} MiB/s");
        if (report.RemainingSeconds is { } left) parts.Add($"{left.ToString("0", CultureInfo.InvariantCulture)} s left");
        if (report.Transport is { } road) parts.Add($"over {road}");
        return string.Join(", ", parts);
    }

    private static string DryRun(UpdateReport report) => report.DryRun switch
    {
        null => "",
        { Ok: true } dry => $"; dry run: {dry.Version} could be taken, {Mebibytes(dry.BytesToMove)} MiB to fetch",
        { } dry => $"; dry run: {dry.Version} could not be taken: {string.Join("; ", dry.Problems)}",
    };

    private static string Mebibytes(double bytes) => (bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture);
}
