using System.Buffers;
using EdgeRunner.Native.Sqlite;

namespace EdgeRunner.Device.Telemetry;

/// <summary>The uploader's side.</summary>
internal sealed partial class TelemetryOutbox
{
    /// <summary>Everything stored until now is backlog, everything later is live: called when the uplink comes up.</summary>
    internal void BeginLive()
    {
        lock (_gate)
        {
            _liveFromRow = _store?.NextRow ?? 0;
            foreach (var stream in _streamsById.Values)
                Enter(stream, stream.Id);
        }
    }

    /// <summary>Takes the next batch to send: live before backlog, then by class, then oldest first.</summary>
    /// <param name="allowBacklog">False while the token bucket is empty.</param>
    /// <param name="envelope">Gets the message.</param>
    /// <param name="batch">To be given back exactly once, by <see cref="Acknowledge"/> or <see cref="PutBack"/>.</param>
    /// <param name="isBacklog">True when it came from the backlog.</param>
    /// <returns>False when there is nothing to send now.</returns>
    internal bool TryTake(bool allowBacklog, IBufferWriter<byte> envelope, out TakenBatch batch, out bool isBacklog)
    {
        lock (_gate)
        {
            OutboxRow row = default;
            try
            {
                while (_store is { } store)
                {
                    isBacklog = false;
                    var stream = FindNext(store, isLive: true, out row);
                    if (stream is null && allowBacklog)
                    {
                        isBacklog = true;
                        stream = FindNext(store, isLive: false, out row);
                    }

                    if (stream is null)
                        break;
                    _busy.Add(row.Id);
                    var isIntact = false;
                    store.TryNext(row.Id, row.Id + 1, (in OutboxRow found, ReadOnlySpan<byte> records) =>
                    {
                        isIntact = found.IsIntact(records);
                        if (isIntact)
                            WriteEnvelope(store, stream.Name, found, records, envelope);
                    }, out _);
                    if (isIntact)
                    {
                        batch = new TakenBatch(_generation, stream.Name, row);
                        return true;
                    }

                    TelemetryLog.DamagedRow(_logger, row.FirstSeq, row.LastSeq, stream.Name);
                    _damaged.Add(row);
                }
            }
            catch (SqliteException e)
            {
                _busy.Remove(row.Id);
                // Reading failed: the store is exchanged when it is damaged, else this is tried again at the next signal.
                _ = Mend(e);
            }

            batch = default;
            isBacklog = false;
            return false;
        }
    }

    /// <summary>The broker has it: the row goes with the next commit.</summary>
    internal void Acknowledge(in TakenBatch batch)
    {
        lock (_gate)
        {
            if (_streams.TryGetValue(batch.Stream, out var stream))
                stream.Uploaded += batch.Row.Records;
            _refusals.TryRemove(batch.Stream, out _);
            if (batch.Generation == _generation)
                _acknowledged.Add(batch.Row);
        }
    }

    /// <summary>The broker does not have it, or nobody knows: it will be taken again.</summary>
    internal void PutBack(in TakenBatch batch)
    {
        lock (_gate)
        {
            if (batch.Generation != _generation || !_busy.Remove(batch.Row.Id))
                return;
            if (!_streamsById.TryGetValue(batch.Row.StreamId, out var stream))
                return;
            // Whichever side of the border it lies on, the search there begins again at or before it.
            var border = OutboxSchema.FirstRowOf(stream.Id) + _liveFromRow;
            if (batch.Row.Id >= border)
                stream.LiveCursor = Math.Min(stream.LiveCursor, batch.Row.Id);
            else
                stream.BacklogCursor = Math.Min(stream.BacklogCursor, batch.Row.Id);
        }
    }

    private StreamState? FindNext(OutboxStore store, bool isLive, out OutboxRow best)
    {
        StreamState? found = null;
        best = default;
        foreach (var stream in _ordered)
        {
            if (found is not null && stream.Options.Class < found.Options.Class)
                break;
            if (stream.Id == 0 || stream.PendingRows == 0 || !Peek(store, stream, isLive, out var row))
                continue;
            if (found is not null && RowNumber(row) >= RowNumber(best))
                continue;
            (found, best) = (stream, row);
        }

        return found;

        static long RowNumber(in OutboxRow row) => row.Id & ((1L << OutboxSchema.RowBits) - 1);
    }

    private bool Peek(OutboxStore store, StreamState stream, bool isLive, out OutboxRow row)
    {
        var first = OutboxSchema.FirstRowOf(stream.Id);
        var end = first + (isLive ? store.NextRow : _liveFromRow);
        row = default;
        var cursor = isLive ? stream.LiveCursor : stream.BacklogCursor;
        var isFound = false;
        while (cursor < end)
        {
            isFound = store.TryNextHeader(cursor, end, out row);
            cursor = isFound ? row.Id : end;
            if (!isFound || !_busy.Contains(row.Id))
                break;
            cursor++;
            isFound = false;
        }

        _ = isLive ? stream.LiveCursor = cursor : stream.BacklogCursor = cursor;
        return isFound;
    }

    private void WriteEnvelope(OutboxStore store, string stream, in OutboxRow row, ReadOnlySpan<byte> records, IBufferWriter<byte> envelope)
    {
        var (boot, anchor) = store.ReadBoot(row.BootId);
        if (string.Equals(boot, _clock.BootId, StringComparison.Ordinal))
            anchor = _clock.Read();
        TelemetryEnvelope.Write(envelope, _options.DeviceId, store.EpochName(row.EpochId), boot, stream, row, anchor, records);
    }
}
