using System.Collections.Concurrent;

namespace EdgeRunner.Device.Telemetry;

/// <summary>Counters, and the picture of them.</summary>
internal sealed partial class TelemetryOutbox
{
    private long _acceptedBytes;
    private long _commits;
    private long _commitFailures;
    private long _lastCommitTicks;
    private long _longestCommitTicks;
    private long _quarantined;
    private long _memoryOnlyFallbacks;
    private long _refusedBatches;
    private string? _lastFailure;
    private readonly ConcurrentDictionary<string, string> _refusals = new(StringComparer.Ordinal); // by stream, until the broker takes a batch of it
    private EpochPosition? _position;

    /// <summary>The outbox now. Takes no lock, so a slow disk does not hold up <c>status</c>.</summary>
    internal TelemetryStatus Status()
    {
        var streams = _ordered;
        Dictionary<string, long> dropped = new(StringComparer.Ordinal);
        long accepted = 0, uploaded = 0, records = 0, bytes = 0;
        List<TelemetryStreamStatus> list = [];
        foreach (var stream in streams)
        {
            long lost = 0;
            for (var i = 0; i < LossPolicies.Count; i++)
            {
                var count = Volatile.Read(ref stream.Lost[i]);
                // What a full queue has turned away is lost now, also while no commit comes through that could book it.
                if (i == (int)LossPolicy.QueueFull) count = Math.Max(count, _intake.Queues.Where(q => string.Equals(q.Stream, stream.Name, StringComparison.Ordinal)).Sum(q => q.DroppedRecords));
                lost += count;
                if (count > 0)
                    dropped[((LossPolicy)i).Name()] = dropped.GetValueOrDefault(((LossPolicy)i).Name()) + count;
            }

            accepted += stream.Accepted;
            uploaded += stream.Uploaded;
            records += stream.PendingRecords;
            bytes += stream.PendingBytes;
            var queued = _intake.Queues.Where(q => string.Equals(q.Stream, stream.Name, StringComparison.Ordinal)).Sum(q => q.UsedBytes);
            list.Add(new TelemetryStreamStatus(stream.Name, stream.Options.Class, stream.Accepted, stream.Uploaded, lost,
                stream.PendingRecords, stream.PendingBytes, queued));
        }

        var position = Volatile.Read(ref _position);
        return new TelemetryStatus(_mode, position?.Epoch, position?.NextSeq ?? 0, accepted, Volatile.Read(ref _acceptedBytes), uploaded, records,
            bytes, LimitBytes(), dropped, Volatile.Read(ref _commits), Volatile.Read(ref _commitFailures),
            TimeSpan.FromTicks(Volatile.Read(ref _lastCommitTicks)), TimeSpan.FromTicks(Volatile.Read(ref _longestCommitTicks)),
            Volatile.Read(ref _quarantined), Volatile.Read(ref _memoryOnlyFallbacks), Volatile.Read(ref _refusedBatches),
            Volatile.Read(ref _lastFailure), list)
        { LastRefusal = _refusals.OrderBy(refusal => refusal.Key, StringComparer.Ordinal).Select(refusal => refusal.Value).FirstOrDefault(), IsBelowFloor = Volatile.Read(ref _isBelowFloor) };
    }

    /// <summary>The broker refused a publish.</summary>
    /// <returns>True when it is the first of its stream since the broker has taken one: worth a line.</returns>
    internal bool CountRefusal(string stream, string reason)
    {
        Interlocked.Increment(ref _refusedBatches);
        return _refusals.TryAdd(stream, reason);
    }

    private void CountCommit(TimeSpan duration)
    {
        _commits++;
        _lastCommitTicks = duration.Ticks;
        _longestCommitTicks = Math.Max(_longestCommitTicks, duration.Ticks);
        if (_mode == OutboxMode.Durable)
            _lastFailure = null;
    }

    private void PublishPosition(OutboxStore store) => Volatile.Write(ref _position, new EpochPosition(store.Epoch, store.NextSeq));

    private sealed record EpochPosition(string Epoch, long NextSeq);
}
