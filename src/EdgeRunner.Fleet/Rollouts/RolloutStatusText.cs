using System.Globalization;
using System.Text;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Devices;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Messaging.Payloads;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>How far rollouts are, for a person.</summary>
internal static class RolloutStatusText
{
    private const int BarWidth = 30;
    private const int ShortTime = 120;

    /// <summary>One line for each thing there is to say.</summary>
    /// <param name="report">What is known.</param>
    /// <param name="now">The time.</param>
    /// <param name="maxDevices">Most lines of devices for each rollout; what is cut is counted.</param>
    internal static IReadOnlyList<string> Lines(RolloutStatusReport report, DateTimeOffset now, int maxDevices)
    {
        var lines = new List<string>();
        foreach (var rollout in report.Rollouts)
        {
            if (lines.Count > 0)
            {
                lines.Add("");
            }
            Add(lines, rollout, now, maxDevices);
        }
        if (report.Unreported.Count > 0)
        {
            lines.Add("");
            lines.Add($"of no known group: {string.Join("; ", report.Unreported.Take(maxDevices).Select(d => $"{d.Device} ({(d.Online ? "online" : "offline")}, {d.Problem})"))}{(report.Unreported.Count > maxDevices ? $"; and {report.Unreported.Count - maxDevices} more" : "")}");
        }
        if (report.Elsewhere.Count > 0)
        {
            string[] groups = [.. report.Rollouts.Select(r => r.Group).Distinct(StringComparer.Ordinal)];
            lines.Add("");
            lines.Add($"in groups to which nothing is rolled out: {string.Join("; ", report.Elsewhere.Take(maxDevices).Select(d => $"{d.Device} ({(d.Online ? "online" : "offline")}, {$"{d.Group}. {NearestNames.Hint(d.Group, groups)}".TrimEnd('.', ' ')})"))}{(report.Elsewhere.Count > maxDevices ? $"; and {report.Elsewhere.Count - maxDevices} more" : "")}");
        }
        if (report is { IsSilent: true, Broker: null })
        {
            lines.Add(SeenDevices.Silence);
        }
        if (report.Broker is not null)
        {
            lines.Add($"NO CONNECTION to the broker: {report.Broker}");
        }
        return lines;
    }

    /// <summary>A device in one line, e.g. <c>downloading 45 %, 1.2 MB/s, 30 s left, by mqtt</c>.</summary>
    internal static string What(DeviceProgress device, DesiredModel desired, DateTimeOffset now)
    {
        var parts = new List<string>();
        switch (device.State)
        {
            case RolloutState.UnderWay:
                parts.Add(UnderWay(device));
                break;
            case RolloutState.Waiting when device.TakesPart && desired.Paused:
                parts.Add("the rollout is paused");
                break;
            case RolloutState.Waiting when device.TakesPart && desired.NotBefore > now:
                parts.Add($"not before {RolloutText.Moment(desired.NotBefore.Value)}");
                break;
            case RolloutState.CouldNot:
                parts.Add(Answer(device) is { } no ? string.Join("; ", no.Problems) : $"refused here before: {Reason(device.Update!) ?? "the log there says why"}");
                break;
            case RolloutState.Could:
                parts.Add(Answer(device) is { } yes ? $"{Bytes(yes.BytesToMove)} to move" : "runs it");
                break;
            case RolloutState.Pinned:
                parts.Add($"pinned to {device.Running ?? "what it has"} by a person");
                break;
            default:
                break;
        }
        if (device.State is not (RolloutState.Done or RolloutState.NotInPercentage or RolloutState.Could or RolloutState.CouldNot) && device.Update is { } update && Reason(update) is { } reason)
        {
            parts.Add(reason);
        }
        if (!device.Online)
        {
            parts.Add(device.LastReport is { } last && last <= now ? $"offline, last report {StatusReading.Span(now - last)} ago" : "offline");
        }
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }

    private static DryRunReport? Answer(DeviceProgress device) => device.Update?.DryRun is { } answer && string.Equals(answer.Version, device.Wanted, StringComparison.Ordinal) ? answer : null;

    private static string? Reason(UpdateReport update) => update.ReasonCode is null ? update.Reason : update.Reason is null ? update.ReasonCode : $"{update.ReasonCode}: {update.Reason}";

    /// <summary>The state in words; of one that is at work, its phase.</summary>
    internal static string StateOf(DeviceProgress device) => device.State switch
    {
        RolloutState.UnderWay => device.Update!.Phase,
        RolloutState.NotInPercentage => "not in percentage",
        RolloutState.CouldNot => "could not",
        var state => state.ToString().ToLowerInvariant(),
    };

    internal static string Bytes(long bytes) => bytes switch
    {
        < 1_000_000 => FormattableString.Invariant($"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => FormattableString.Invariant($"{bytes / 1e6:0.#} MB"),
        _ => FormattableString.Invariant($"{bytes / 1e9:0.##} GB"),
    };

    private static void Add(List<string> lines, RolloutProgress rollout, DateTimeOffset now, int maxDevices)
    {
        var tally = rollout.Tally;
        lines.Add($"{rollout.Group}: {rollout.Model} {rollout.Desired.Version} (release {rollout.Desired.Release}) for {RolloutText.Conditions(rollout.Desired)}");
        lines.AddRange(rollout.Problems.Select(p => $"  ! {p}"));
        if (rollout.Devices.Count == 0)
        {
            lines.Add("  no device reports this group (yet)");
            return;
        }
        var filled = tally.TakingPart == 0 ? 0 : BarWidth * tally.Done / tally.TakingPart;
        lines.Add($"  [{new string('#', filled)}{new string('.', BarWidth - filled)}] {Counts(rollout)}");
        if (tally.TakingPart == 0 && rollout.Desired.PercentHundredths > 0)
        {
            lines.Add("  the percentage has drawn none of these devices: a higher --percent or another --seed does");
        }
        if (tally.BytesTotal > 0)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"  moving {Bytes(tally.BytesDone)} of {Bytes(tally.BytesTotal)} ({100.0 * tally.BytesDone / tally.BytesTotal:0} %), {Bytes((long)tally.BytesPerSecond)}/s"));
        }
        var shown = rollout.Devices.Take(maxDevices).Select(d => (d.Device, State: StateOf(d), Running: d.Running ?? "-", What: What(d, rollout.Desired, now))).ToArray();
        var (device, state, running) = (Width("device", shown.Select(s => s.Device)), Width("state", shown.Select(s => s.State)), Width("runs", shown.Select(s => s.Running)));
        lines.Add($"  {"device".PadRight(device)}  {"state".PadRight(state)}  runs");
        lines.AddRange(shown.Select(s => $"  {s.Device.PadRight(device)}  {s.State.PadRight(state)}  {s.Running.PadRight(running)}  {s.What}".TrimEnd()));
        if (rollout.Devices.Count > maxDevices)
        {
            lines.Add($"  and {rollout.Devices.Count - maxDevices} more");
        }
    }

    private static string Counts(RolloutProgress rollout)
    {
        var tally = rollout.Tally;
        var text = new StringBuilder($"{tally.Done} of {tally.TakingPart} {(rollout.Desired.DryRun ? "could" : "done")}");
        Add(tally.UnderWay, "under way");
        Add(tally.Waiting, "waiting");
        Add(tally.Failed, rollout.Desired.DryRun ? "could not" : "failed");
        if (tally.Offline > 0)
        {
            text.Append($" ({tally.Offline} of them offline)");
        }
        if (tally.NotTakingPart > 0)
        {
            text.Append($"; {tally.NotTakingPart} not in the percentage");
        }
        return text.ToString();

        void Add(int count, string what)
        {
            if (count > 0)
            {
                text.Append($", {count} {what}");
            }
        }
    }

    private static string UnderWay(DeviceProgress device)
    {
        var update = device.Update!;
        var parts = new List<string>();
        if (update is { Phase: "downloading", BytesTotal: > 0 })
        {
            parts.Add(FormattableString.Invariant($"{Percent(update.BytesDone ?? 0, update.BytesTotal.Value):0} %"));
            if (update.BytesPerSecond is > 0)
            {
                parts.Add($"{Bytes((long)Math.Min(update.BytesPerSecond.Value, 1e15))}/s");
            }
            if (update.Transport is { Length: > 0 } road)
            {
                parts.Add($"by {road}");
            }
        }
        if (update is { Phase: "trial", TrialWindowsWanted: > 0 })
        {
            parts.Add($"{update.TrialWindows ?? 0} of {update.TrialWindowsWanted} windows");
        }
        if (update.RemainingSeconds is { } left)
        {
            parts.Add(left < ShortTime ? FormattableString.Invariant($"{left:0} s left") : $"{StatusReading.Span(TimeSpan.FromSeconds(Math.Min(left, 1e9)))} left");
        }
        return string.Join(", ", parts);
    }

    internal static double Percent(long done, long total) => Math.Clamp(100.0 * done / total, 0, 100);

    private static int Width(string title, IEnumerable<string> values) => values.Select(v => v.Length).Append(title.Length).Max();
}
