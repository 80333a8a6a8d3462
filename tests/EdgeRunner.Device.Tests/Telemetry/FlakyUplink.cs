using System.Collections.Concurrent;
using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Tests.Telemetry;

/// <summary>An uplink that does what the test says, and a receiver behind it. Each publish asks <see cref="OnPublish"/> first.</summary>
internal sealed class FlakyUplink : ITelemetryUplink
{
    private int _inFlight;

    public bool IsConnected { get; set; } = true;

    /// <summary>May throw, before the receiver has the message.</summary>
    internal Func<string, CancellationToken, Task> OnPublish { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>May throw, after the receiver has it: the PUBACK is lost.</summary>
    internal Func<Task> OnAcknowledge { get; set; } = () => Task.CompletedTask;

    internal ConcurrentQueue<ReceivedRecord> Received { get; } = new();

    internal int Publishes { get; private set; }

    internal int MostInFlight { get; private set; }

    public async Task PublishAsync(string stream, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        MostInFlight = Math.Max(MostInFlight, Interlocked.Increment(ref _inFlight));
        try
        {
            Publishes++;
            await OnPublish(stream, cancellationToken);
            foreach (var record in ReceivedRecord.Unpack(payload.ToArray()))
                Received.Enqueue(record);
            await OnAcknowledge();
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    internal List<int> DistinctNumbers(string stream) =>
        [.. Received.Where(r => string.Equals(r.Stream, stream, StringComparison.Ordinal)).DistinctBy(r => (r.Epoch, r.Seq)).Select(r => r.N).Order()];
}
