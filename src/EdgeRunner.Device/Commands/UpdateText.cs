using System.Globalization;
using EdgeRunner.Device.Updates;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Commands;

/// <summary>Updates as a person reads them.</summary>
internal static class UpdateText
{
    private const int BarWidth = 24;

    /// <summary>Writes all of it.</summary>
    public static void Write(UpdateStatus status, TextWriter output)
    {
        var next = status.IsChecking ? "checks now" : status.NextCheckSeconds is { } seconds ? $"next in {Duration(seconds)}" : "none is due";
        output.WriteLine($"group {status.Group}  last check {Moment(status.LastCheck) ?? "not yet"}  {next}");
        if (status.Problem is not null)
            output.WriteLine($"! the last check failed: {status.ProblemCode}: {status.Problem} (the last that was answered: {Moment(status.LastAnswered) ?? "none since the daemon started"})");
        if (status.Notice is not null) output.WriteLine($"! {status.Notice}");
        if (status.Models.Count == 0)
        {
            output.WriteLine("no model was updated yet");
            return;
        }

        output.WriteLine();
        var table = new TextTable("model", "phase", "version", "before", "group wants", "since");
        foreach (var model in status.Models)
        {
            table.Add(
                model.Model, model.Phase, model.Version ?? "-", model.From ?? "-", model.Pinned == true ? "pinned here" : model.Desired ?? "-", Moment(model.Since) ?? "-");
        }

        table.WriteTo(output);
        var details = status.Models.SelectMany(Details).ToList();
        if (details.Count > 0) output.WriteLine();
        details.ForEach(output.WriteLine);
    }

    /// <summary>One model in one line, with how far it is.</summary>
    public static string Line(UpdateReport model)
    {
        var title = $"{model.Model} {model.Version}  {model.Phase}";
        if (model is { Phase: "downloading", BytesTotal: > 0 and var total })
        {
            var done = model.BytesDone ?? 0;
            var rate = model.BytesPerSecond is > 0 and var perSecond ? $"  {UpdateWords.Size(perSecond, total)}/s" : "";
            var left = model.RemainingSeconds is { } seconds ? $"  {Duration(seconds)} left" : "";
            var reused = model.BytesReused is > 0 and var here ? $"  {UpdateWords.Size(here, total)} were here" : "";
            return $"{title}  {Bar((double)done / total)}  {UpdateWords.Size(done, total)} of {UpdateWords.Size(total)}{rate}{left}{reused}{(model.Transport is null ? "" : $"  {model.Transport}")}";
        }

        if (model is { Phase: "trial", TrialWindowsWanted: > 0 and var wanted })
            return string.Create(CultureInfo.InvariantCulture, $"{title}  {Bar((double)(model.TrialWindows ?? 0) / wanted)}  {model.TrialWindows ?? 0} of {wanted} windows");
        return model.Reason is null ? title : $"{title}: {model.Reason}";
    }

    private static IEnumerable<string> Details(UpdateReport model)
    {
        if (model.Phase is "downloading" or "trial") yield return Line(model);
        if (model.Reason is not null) yield return $"{model.Model} {model.Version}: {(model.ReasonCode is null ? "" : $"{model.ReasonCode}: ")}{model.Reason}{UpdateWords.Retry(model)}";
        if (model.Waiting is not null) yield return $"{model.Model}: {model.Waiting}";
        if (model.DryRun is not { } dryRun) yield break;
        yield return dryRun.Ok
            ? $"{model.Model} {dryRun.Version} could be taken; {UpdateWords.Size(dryRun.BytesToMove)} to fetch"
            : $"{model.Model} {dryRun.Version} could not be taken: {string.Join("; ", dryRun.Problems)}";
    }

    private static string Bar(double part)
    {
        var full = (int)Math.Round(Math.Clamp(part, 0, 1) * BarWidth);
        return string.Create(CultureInfo.InvariantCulture, $"[{new string('#', full)}{new string('.', BarWidth - full)}] {Math.Clamp(part, 0, 1) * 100,3:0} %");
    }

    private static string? Moment(DateTimeOffset? at) => at?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time that is left, as every view says it.</summary>
    public static string Duration(double seconds) => seconds >= 3600
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 3600)} h {(int)(seconds % 3600 / 60)} min")
        : seconds >= 60 ? string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 60)} min {(int)(seconds % 60)} s") : string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s");
}
