using System.Buffers;
using System.Text.Json;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Swaps;

/// <summary>Writes a record of each swap into the stream <c>event</c>.</summary>
/// <remarks><code>
/// {"t":1,"kind":"swap","pipeline":"speech","outcome":"swapped","mode":"beside","from":"silero-vad 6.0.0","to":"silero-vad 6.1.0","reason":"...","loadMs":81.2,"warmUpMs":12.1,"pauseUs":6.4}
/// </code></remarks>
internal sealed class SwapEvents(TelemetryIntake intake)
{
    private readonly Lock _gate = new(); // One producer at a time is what a queue asks for.
    private readonly TelemetryQueue _queue = intake.Open(EventStream.Name);

    /// <summary>Adds a record. Any thread.</summary>
    public void Write(PipelineSwap swap)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("t"u8, KernelClock.BoottimeNanoseconds);
            json.WriteString("kind"u8, "swap"u8);
            json.WriteString("pipeline"u8, swap.Pipeline);
            json.WriteString("outcome"u8, JsonNamingPolicy.KebabCaseLower.ConvertName(swap.Outcome.ToString()));
            if (swap.Mode is { } mode) json.WriteString("mode"u8, JsonNamingPolicy.KebabCaseLower.ConvertName(mode.ToString()));
            if (swap.From is not null) json.WriteString("from"u8, swap.From);
            json.WriteString("to"u8, swap.To);
            json.WriteString("reason"u8, swap.Reason);
            if (swap.LoadMs is { } load) json.WriteNumber("loadMs"u8, load);
            if (swap.WarmUpMs is { } warmUp) json.WriteNumber("warmUpMs"u8, warmUp);
            if (swap.PauseUs is { } pause) json.WriteNumber("pauseUs"u8, pause);
            if (swap.WaitedWindows is { } waited) json.WriteNumber("waitedWindows"u8, waited);
            json.WriteEndObject();
        }

        lock (_gate) _queue.TryEnqueue(buffer.WrittenSpan);
    }
}
