using System.Buffers;
using System.Text.Json;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Messaging.Payloads;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Updates;

/// <summary>Writes a record of each new phase into the stream <c>event</c>.</summary>
/// <remarks><code>
/// {"t":1,"kind":"update","model":"vision","phase":"rejected","version":"1.3.0","release":3,"from":"1.2.0","reasonCode":"golden-mismatch","reason":"..."}
/// </code></remarks>
internal sealed class UpdateEvents(TelemetryIntake intake)
{
    private readonly Lock _gate = new(); // One producer at a time is what a queue asks for.
    private readonly TelemetryQueue _queue = intake.Open(EventStream.Name);

    /// <summary>Adds a record. Any thread.</summary>
    public void Write(UpdateReport report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("t"u8, KernelClock.BoottimeNanoseconds);
            json.WriteString("kind"u8, "update"u8);
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

            json.WriteEndObject();
        }

        lock (_gate) _queue.TryEnqueue(buffer.WrittenSpan);
    }
}
