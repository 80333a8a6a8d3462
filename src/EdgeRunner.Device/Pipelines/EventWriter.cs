using System.Buffers;
using System.Text.Json;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Pipelines;

/// <summary>Writes records of one kind into the stream <c>event</c>, through a queue of its own. Allocates: for what happens rarely, outside the pipelines' threads.</summary>
/// <param name="intake">Where the queue is opened.</param>
/// <param name="kind">What the records tell of, such as <c>update</c>.</param>
internal sealed class EventWriter(TelemetryIntake intake, string kind)
{
    private readonly Lock _gate = new(); // One producer at a time is what a queue asks for.
    private readonly TelemetryQueue _queue = intake.Open(EventStream.Name);

    /// <summary>Adds a record: the time, the kind, and then what is written here. Any thread.</summary>
    public void Write(Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("t"u8, KernelClock.BoottimeNanoseconds);
            json.WriteString("kind"u8, kind);
            writeMembers(json);
            json.WriteEndObject();
        }

        lock (_gate) _queue.TryEnqueue(buffer.WrittenSpan);
    }
}
