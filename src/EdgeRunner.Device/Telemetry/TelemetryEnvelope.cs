using System.Buffers;
using System.Text.Json;

namespace EdgeRunner.Device.Telemetry;

/// <summary>The message a batch travels in, version 1:
/// <c>{"v":1,"device":…,"epoch":…,"boot":…,"stream":…,"first":n,"last":n,"clock":{"synchronized":b,"utc":…,"boottimeNs":n}|null,"records":[…]}</c>.
/// A receiver drops repeats by (device, epoch, sequence number): record i of the array has number first + i.</summary>
internal static class TelemetryEnvelope
{
    internal static void Write(IBufferWriter<byte> output, string device, string epoch, string boot, string stream, in OutboxRow row,
        in ClockAnchor? anchor, ReadOnlySpan<byte> records)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("v"u8, 1);
            json.WriteString("device"u8, device);
            json.WriteString("epoch"u8, epoch);
            json.WriteString("boot"u8, boot);
            json.WriteString("stream"u8, stream);
            json.WriteNumber("first"u8, row.FirstSeq);
            json.WriteNumber("last"u8, row.LastSeq);
            if (anchor is { } clock)
            {
                json.WriteStartObject("clock"u8);
                json.WriteBoolean("synchronized"u8, clock.Synchronized);
                json.WriteString("utc"u8, clock.Utc.UtcDateTime);
                json.WriteNumber("boottimeNs"u8, clock.BoottimeNanoseconds);
                json.WriteEndObject();
            }
            else
            {
                json.WriteNull("clock"u8);
            }
        }

        // By hand, because the records are already JSON and are not parsed again.
        output.Write(",\"records\":["u8);
        output.Write(records);
        output.Write("]}"u8);
    }
}
