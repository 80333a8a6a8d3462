using System.Text.Json;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Updates;

/// <summary>Writes a record of each new phase into the stream <c>event</c>.</summary>
/// <remarks><code>
/// {"t":1,"kind":"update","model":"vision","phase":"rejected","version":"1.3.0","release":3,"from":"1.2.0","reasonCode":"golden-mismatch","reason":"..."}
/// </code></remarks>
internal sealed class UpdateEvents(TelemetryIntake intake)
{
    private readonly EventWriter _events = new(intake, "update");

    /// <summary>Adds a record. Any thread.</summary>
    public void Write(UpdateReport report) => _events.Write(json =>
    {
        json.WriteString("model"u8, report.Model);
        json.WriteString("phase"u8, report.Phase);
        if (report.Version is not null) json.WriteString("version"u8, report.Version);
        if (report.Release is { } release) json.WriteNumber("release"u8, release);
        if (report.From is not null) json.WriteString("from"u8, report.From);
        if (report.Desired is not null) json.WriteString("desired"u8, report.Desired);
        if (report.ReasonCode is not null) json.WriteString("reasonCode"u8, report.ReasonCode);
        if (report.Reason is not null) json.WriteString("reason"u8, report.Reason);
        if (report.DryRun is { } dryRun)
        {
            json.WritePropertyName("dryRun"u8);
            JsonSerializer.Serialize(json, dryRun, MessagingJsonContext.Default.DryRunReport);
        }
    });
}
