using System.Collections.Immutable;

namespace EdgeRunner.Device.Telemetry;

/// <summary>Where pipelines get their queues, and where the committer finds them. Thread-safe.</summary>
internal sealed class TelemetryIntake(TelemetryOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private ImmutableArray<TelemetryQueue> _queues = [];
    private ImmutableDictionary<string, TelemetryStreamOptions> _streams =
        options.Streams.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>Wakes the committer.</summary>
    internal CommitSignal Signal { get; } = new();

    /// <summary>All queues, in the order they were opened.</summary>
    internal ImmutableArray<TelemetryQueue> Queues
    {
        get
        {
            lock (_gate)
                return _queues;
        }
    }

    /// <summary>A queue for one producer. Several producers of one stream each open their own.</summary>
    /// <param name="stream">1 to 64 of <c>a-z 0-9 . _ -</c>; not <c>losses</c>, which the outbox writes itself.</param>
    /// <param name="streamOptions">How the stream is kept; null for what the configuration says, or the defaults. The last one
    /// wins.</param>
    /// <exception cref="ArgumentException">The name cannot be a stream's.</exception>
    internal TelemetryQueue Open(string stream, TelemetryStreamOptions? streamOptions = null)
    {
        if (!TelemetryOptionsValidator.IsStreamName(stream) || string.Equals(stream, OutboxSchema.LossStream, StringComparison.Ordinal))
            throw new ArgumentException(
                $"'{stream}' cannot be the name of a stream: 1 to 64 of A-Z a-z 0-9 . _ -, and not 'losses'", nameof(stream));
        lock (_gate)
        {
            if (streamOptions is not null)
                _streams = _streams.SetItem(stream, streamOptions);
            var queue = new TelemetryQueue(stream, OptionsOf(stream).QueueBytes, Signal, options.CommitInterval == TimeSpan.Zero);
            _queues = _queues.Add(queue);
            return queue;
        }
    }

    /// <summary>How a stream is kept.</summary>
    internal TelemetryStreamOptions OptionsOf(string stream) => _streams.TryGetValue(stream, out var found) ? found : new TelemetryStreamOptions();

    /// <summary>True when the configuration or a pipeline says how it is kept.</summary>
    internal bool Knows(string stream) => _streams.ContainsKey(stream);

    /// <summary>True when some queue holds a record.</summary>
    internal bool HasRecords()
    {
        foreach (var queue in Queues)
        {
            if (queue.UsedBytes > 0)
                return true;
        }

        return false;
    }

    public void Dispose()
    {
        foreach (var queue in Queues)
            queue.Dispose();
        Signal.Dispose();
    }
}
