using System.Buffers;

namespace EdgeRunner.Device.Telemetry;

/// <summary>Who gives way, and the books on it.</summary>
internal sealed partial class TelemetryOutbox
{
    /// <summary>The store may take this much even below the free-disk floor, so that live data still passes through it.</summary>
    private const long MinimumBytes = 1 << 20;

    private long _freeSpaceReadAt;
    private bool _isBelowFloor;

    private bool IsMemoryOnly => _mode == OutboxMode.MemoryOnly;

    /// <summary>Makes room for a batch, overwriting where that is allowed.</summary>
    private bool MakeRoom(OutboxStore store, StreamState stream, int sizeBytes, out LossPolicy refusal)
    {
        var cost = sizeBytes + OutboxSchema.RowOverheadBytes;
        refusal = LossPolicy.TooLarge;
        var cap = stream.Options.MaxBytes ?? long.MaxValue;
        if (cost > cap || cost > LimitBytes())
            return false;
        refusal = LossPolicy.RejectNew;
        while (stream.PendingBytes + cost > cap)
        {
            if (stream.Options.WhenFull == WhenFull.RejectNew || !Overwrite(store, stream))
                return false;
        }

        refusal = LossPolicy.StoreFull;
        var limit = LimitBytes();
        if (CheckFreeSpace())
            limit = Math.Clamp(_totalBytes, MinimumBytes, limit);
        while (_totalBytes + cost > limit)
        {
            if (!OverwriteLeastImportant(store, stream.Options.Class))
                return false;
        }

        return true;
    }

    private long LimitBytes() => IsMemoryOnly ? Math.Min(_options.MemoryOnlyMaxBytes, _options.MaxBytes) : _options.MaxBytes;

    /// <summary>The largest stream of the lowest class, up to the class of the newcomer, loses its oldest batch.</summary>
    private bool OverwriteLeastImportant(OutboxStore store, TelemetryClass upTo)
    {
        for (var @class = TelemetryClass.Raw; @class <= upTo; @class++)
        {
            var candidates = _ordered.Where(s => s.Options.Class == @class && s.Options.WhenFull == WhenFull.OverwriteOldest && s.PendingRows > 0);
            foreach (var victim in candidates.OrderByDescending(s => s.PendingBytes))
            {
                if (Overwrite(store, victim))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Deletes the oldest batch of a stream that is not on its way to the broker.</summary>
    private bool Overwrite(OutboxStore store, StreamState stream)
    {
        if (stream.Id == 0)
            return false;
        var from = OutboxSchema.FirstRowOf(stream.Id);
        while (store.TryNextHeader(from, OutboxSchema.EndOf(stream.Id), out var row))
        {
            from = row.Id + 1;
            if (_busy.Contains(row.Id))
                continue;
            if (string.Equals(stream.Name, OutboxSchema.LossStream, StringComparison.Ordinal))
                TakeBackLosses(store, row);
            store.Delete(row.Id);
            Forget(row);
            Lose(store, stream, LossPolicy.OverwriteOldest, row.Records, store.EpochName(row.EpochId), row.FirstSeq, row.LastSeq);
            return true;
        }

        return false;
    }

    /// <summary>A loss record that is itself overwritten goes back into the sum, so that no loss is ever forgotten.</summary>
    private static void TakeBackLosses(OutboxStore store, in OutboxRow row)
    {
        List<LossEntry> losses = [];
        store.TryNext(row.Id, row.Id + 1, (in OutboxRow found, ReadOnlySpan<byte> records) =>
        {
            if (found.IsIntact(records))
                losses = LossEntry.ParseJoined(records);
        }, out _);
        foreach (var loss in losses)
            store.AddLoss(loss.Epoch, loss.Stream, loss.Policy, loss.Records, loss.FirstSeq, loss.LastSeq);
    }

    private void AddQueueLosses(OutboxStore store, StreamState stream, QueueReader reader)
    {
        var (queueFull, tooLarge) = reader.NewDrops;
        if (queueFull > 0)
            Lose(store, stream, LossPolicy.QueueFull, queueFull, store.Epoch, null, null);
        if (tooLarge > 0)
            Lose(store, stream, LossPolicy.TooLarge, tooLarge, store.Epoch, null, null);
    }

    private void Lose(OutboxStore store, StreamState stream, LossPolicy policy, long records, string epoch, long? first, long? last)
    {
        store.AddLoss(epoch, stream.Name, policy.Name(), records, first, last);
        stream.StagedLost[(int)policy] += records;
        _hasLosses = true;
    }

    /// <summary>Losses of the time without a store go into the sum, in the transaction of the first commit; the totals have them already.</summary>
    private void AddLossesWithoutStore(OutboxStore store)
    {
        foreach (var stream in _ordered)
        {
            for (var policy = 0; policy < LossPolicies.Count; policy++)
            {
                if (stream.LostWithoutStore[policy] == 0)
                    continue;
                store.AddLoss(store.Epoch, stream.Name, ((LossPolicy)policy).Name(), stream.LostWithoutStore[policy], null, null);
                _hasLosses = true;
            }
        }
    }

    private bool IsLossReportDue() =>
        _lastLossReport == 0 || _timeProvider.GetElapsedTime(_lastLossReport) >= _options.LossReportInterval;

    /// <summary>Turns the added-up losses into records of the stream <c>losses</c>, in the same transaction.</summary>
    private void ReportLosses(OutboxStore store, long boot, in ClockAnchor now, List<(StreamState Stream, OutboxRow Row)> inserted)
    {
        var stream = StateOf(OutboxSchema.LossStream);
        var losses = store.ReadLosses();
        store.ClearLosses();
        _hasLosses = false;
        _lastLossReport = _timeProvider.GetTimestamp();
        var text = new ArrayBufferWriter<byte>();
        foreach (var loss in losses)
        {
            if (text.WrittenCount > 0)
                text.Write(","u8);
            loss.Write(text, now.BoottimeNanoseconds);
        }

        // One row, whatever its size: there are as many entries as streams times policies times epochs, some hundred bytes each.
        if (MakeRoom(store, stream, text.WrittenCount, out _))
        {
            inserted.Add((stream, Insert(store, stream, boot, losses.Count, text.WrittenSpan)));
            foreach (var loss in losses)
                TelemetryLog.Lost(_logger, loss.Records, loss.Stream, loss.Policy);
            return;
        }

        // No room even for this: it stays in the sum.
        _hasLosses = true;
        foreach (var loss in losses)
            store.AddLoss(loss.Epoch, loss.Stream, loss.Policy, loss.Records, loss.FirstSeq, loss.LastSeq);
    }

    /// <returns>True when the disk has less free than the floor. Asked once a second: statvfs costs microseconds, but not none.</returns>
    private bool CheckFreeSpace()
    {
        if (IsMemoryOnly || _options.FreeDiskFloorBytes == 0)
            return false;
        if (_freeSpaceReadAt != 0 && _timeProvider.GetElapsedTime(_freeSpaceReadAt) < TimeSpan.FromSeconds(1))
            return _isBelowFloor;
        _freeSpaceReadAt = _timeProvider.GetTimestamp();
        try
        {
            var free = new DriveInfo(_options.Directory).AvailableFreeSpace;
            var isBelow = free < _options.FreeDiskFloorBytes;
            if (isBelow && !_isBelowFloor)
                TelemetryLog.BelowFloor(_logger, _options.Directory, free, _options.FreeDiskFloorBytes);
            _isBelowFloor = isBelow;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isBelowFloor = false; // the commit itself will meet whatever this met
        }

        return _isBelowFloor;
    }

    /// <summary>Without any store the queues are emptied and the records counted, so that blocked producers go on. The first store there is again gets
    /// the loss records.</summary>
    internal CommitResult DropWithoutStore()
    {
        foreach (var reader in _readers)
        {
            reader.Begin();
            var stream = StateOf(reader.Queue.Stream);
            while (reader.ReadBatch(ref _batch, out _) is > 0 and var records)
                stream.StagedLost[(int)LossPolicy.StoreFull] += records;
            var (queueFull, tooLarge) = reader.NewDrops;
            stream.StagedLost[(int)LossPolicy.QueueFull] += queueFull;
            stream.StagedLost[(int)LossPolicy.TooLarge] += tooLarge;
            reader.Complete();
            for (var policy = 0; policy < LossPolicies.Count; policy++)
                stream.LostWithoutStore[policy] += stream.StagedLost[policy];
            stream.ApplyStaged();
        }

        return CommitResult.Failed;
    }
}
