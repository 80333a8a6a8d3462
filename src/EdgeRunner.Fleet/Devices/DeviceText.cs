using System.Globalization;
using System.Text;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Fleet.Devices;

/// <summary>Devices in words.</summary>
internal static class DeviceText
{
    private static readonly string[] Titles = ["device", "state", "group", "version", "health", "models"];

    internal static string List(IReadOnlyList<DeviceView> devices, DateTimeOffset now)
    {
        if (devices.Count == 0)
        {
            return SeenDevices.Silence + "\n";
        }
        var rows = devices.Select(d => (string[])[d.Id, State(d, now), d.Group ?? "-", d.Report?.Version ?? d.Presence?.Version ?? "-", d.Report?.Health.State ?? "-", d.Problem ?? Models(d)]).Prepend(Titles).ToArray();
        var widths = Enumerable.Range(0, Titles.Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.Append(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
        }
        return text.ToString();
    }

    internal static string Details(DeviceView device, DateTimeOffset now)
    {
        var text = new StringBuilder();
        Line("device", device.Id);
        Line("state", State(device, now));
        Line("reported", LastReport(device, now));
        Line("group", device.Group ?? "none");
        Line("problem", device.Problem);
        if (device.Report is { } report)
        {
            Line("version", $"{report.Version}, up for {StatusReading.Span(TimeSpan.FromSeconds(Math.Min(report.Health.UptimeSeconds, 1e9)))}, boot {report.Boot}");
            Line("runs on", string.Create(CultureInfo.InvariantCulture, $"{report.Capabilities.OperatingSystem}, {report.Capabilities.Architecture}, {report.Capabilities.Cores} cores, {report.Capabilities.MemoryBytes >> 20} MiB, {OnnxRuntime(report.Capabilities)}"));
            Line("health", $"{report.Health.State}{string.Concat(report.Health.Problems.Select(p => $"\n{"",11}{p}"))}");
            Line("records", string.Create(CultureInfo.InvariantCulture, $"{report.Health.PendingRecords} wait for the broker, {report.Health.LostRecords} lost"));
            foreach (var model in report.Models)
            {
                Line("model", $"{model.Name} {model.Active ?? "none"}, {model.Phase}{(model.Previous is null ? "" : $", before {model.Previous}")}{Why(model.Reason)}");
            }
            foreach (var update in report.Updates ?? [])
            {
                Line("update", Update(update));
            }
            foreach (var pipeline in report.Pipelines)
            {
                Line("pipeline", string.Create(CultureInfo.InvariantCulture, $"{pipeline.Name} {pipeline.State}, {pipeline.Windows} windows, {pipeline.Dropped} dropped{Why(pipeline.Reason)}"));
            }
        }
        return text.ToString();

        void Line(string title, string? value)
        {
            if (value is not null)
            {
                text.Append($"{title,-9}  {value}\n");
            }
        }
    }

    /// <summary>A device loads ONNX Runtime with its first model, and does not know before whether it is there.</summary>
    private static string OnnxRuntime(CapabilitiesReport capabilities) => capabilities.OnnxRuntime is { } version
        ? $"ONNX Runtime {version} ({string.Join(", ", capabilities.Providers)})"
        : "ONNX Runtime not loaded (yet): no model runs";

    private static string State(DeviceView device, DateTimeOffset now) => device.Presence switch
    {
        null => "never connected",
        { Status: PresenceStatus.Online } => "online",
        _ when LastReport(device, now) is { } last => $"offline, last report {last}",
        _ => "offline, it never reported",
    };

    /// <summary>By the device's own clock: neither presence nor the broker tells when something came. Null when it never reported.</summary>
    private static string? LastReport(DeviceView device, DateTimeOffset now) => device switch
    {
        { Report: null } => null,
        { LastReport: { } last } when last <= now => $"{StatusReading.Span(now - last)} ago",
        { Report.Clock: var clock } => string.Create(CultureInfo.InvariantCulture, $"{clock.Utc.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z by its own clock, which {(clock.Synchronized ? "is ahead of this one" : "nobody has set")}"),
    };

    private static string Models(DeviceView device) => device.Report is not { } report ? "it never reported" : string.Join(", ", report.Models.Select(m =>
        $"{m.Name} {m.Active ?? "none"}{(device.Update(m.Name) is { Phase: not ("idle" or "committed") } update ? $" ({update.Phase} {update.Version}{(update.ReasonCode is null ? "" : $": {update.ReasonCode}")})" : "")}"));

    private static string Update(UpdateReport update) =>
        $"{update.Model} {update.Phase}{(update.Version is null ? "" : $" {update.Version}")}{(update.Desired is null ? "" : $", wanted {update.Desired}")}{(update.Pinned is true ? ", pinned" : "")}{(update.ReasonCode is null ? "" : $", {update.ReasonCode}")}{Why(update.Reason)}";

    private static string Why(string? reason) => reason is null ? "" : $": {reason}";
}
