using System.Text.Json;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Swaps;

/// <summary>Writes a record of each swap into the stream <c>event</c>.</summary>
/// <remarks><code>
/// {"t":1,"kind":"swap","pipeline":"speech","outcome":"swapped","mode":"beside","from":"silero-vad 6.0.0","to":"silero-vad 6.1.0","reason":"...","loadMs":81.2,"warmUpMs":12.1,"pauseUs":6.4}
/// </code></remarks>
internal sealed class SwapEvents(TelemetryIntake intake)
{
    private readonly EventWriter _events = new(intake, "swap");

    /// <summary>Adds a record. Any thread.</summary>
    public void Write(PipelineSwap swap) => _events.Write(json =>
    {
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
    });
}
