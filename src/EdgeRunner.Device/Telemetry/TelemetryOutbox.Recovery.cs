using EdgeRunner.Native.Sqlite;

namespace EdgeRunner.Device.Telemetry;

/// <summary>Opening, mending, and going on without a disk.</summary>
internal sealed partial class TelemetryOutbox
{
    /// <summary>A failed read or write may pass; three in a row are a disk that is gone.</summary>
    private const int FailuresBeforeGivingUpTheDisk = 3;

    private OutboxMode _mode;
    private long _storeTriedAt;
    private SqliteException? _knownDamage;

    /// <summary>Disk, else memory, else nothing: in that order, and never an exception.</summary>
    private void OpenAnyStore()
    {
        try
        {
            UseDisk();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            UseMemory(e);
        }
    }

    /// <summary>Opens the disk and takes along what is in the present store, if there is one.</summary>
    private void UseDisk()
    {
        Directory.CreateDirectory(_options.Directory);
        for (var isLastTry = false; ; isLastTry = true)
        {
            OutboxStore? disk = null;
            try
            {
                disk = OpenOnDisk();
                if (_store is not null)
                    OutboxSalvage.Copy(_store.Database, disk);
                Use(disk, OutboxMode.Durable);
                return;
            }
            catch (SqliteException e) when (e.IsDamage && !isLastTry)
            {
                // Not seen by the check, but by the first walk over the rows: now it is known, and the second try sets the file aside.
                disk?.Dispose();
                _knownDamage = e;
            }
            catch (SqliteException)
            {
                disk?.Dispose();
                throw;
            }
        }
    }

    /// <summary>Opens the file; when it is damaged, sets it aside, makes a new one and copies into it what can be read.</summary>
    /// <exception cref="SqliteException">The disk cannot be written.</exception>
    private OutboxStore OpenOnDisk()
    {
        _highWater?.Dispose();
        _highWater = HighWaterMark.Open(Path.Combine(_options.Directory, "outbox.high"));
        OutboxStore store;
        string? bad = null;
        try
        {
            // Damage that showed at run time may lie where opening does not look.
            store = _knownDamage is null ? OutboxStore.Open(DatabasePath, _options.FullCheckMaxBytes) : throw _knownDamage;
        }
        catch (SqliteException e) when (IsBadFile(e))
        {
            TelemetryLog.Damaged(_logger, DatabasePath, e);
            SetFailure(e);
            bad = OutboxQuarantine.Move(DatabasePath);
            _knownDamage = null;
            _quarantined++;
            store = OutboxStore.Open(DatabasePath, _options.FullCheckMaxBytes);
        }

        try
        {
            if (bad is not null)
                Salvage(bad, store);
            CheckHighWater(store);
            _highWater.Write(store.Epoch, store.NextSeq);
            return store;
        }
        catch (SqliteException)
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>A file that cannot be opened although its directory can be written is as bad as a damaged one: a wrong owner, a directory
    /// in its
    /// place. A store in use by another process is not: taking it away would lose what that process accepts.</summary>
    private bool IsBadFile(SqliteException e) => e.InnerException is not DllNotFoundException && (e.IsDamage
        || (e.ErrorCode is SqliteErrorCode.CantOpen or SqliteErrorCode.Permission && Path.Exists(DatabasePath)));

    private void Salvage(string bad, OutboxStore store)
    {
        SalvageResult result;
        try
        {
            result = OutboxSalvage.CopyFromFile(bad, store);
        }
        catch (SqliteException e) when (e.ErrorCode == SqliteErrorCode.Full)
        {
            // The rest stays in quarantine, for an engineer with a larger disk. What was copied is committed.
            store.Reload();
            result = new SalvageResult(0, 0, 0, IsComplete: false);
            TelemetryLog.SalvageStopped(_logger, bad, e);
        }

        TelemetryLog.Salvaged(_logger, result.Records, result.Rows, result.DamagedRows, bad, store.Epoch);
        // What was in there is not known to the record, so its number is 0; the hull says where to look.
        if (!result.IsComplete && _highWater?.Epoch is { } epoch && _highWater.NextSeq > 1)
            InTransaction(store, () => store.AddLoss(epoch, "*", LossPolicy.Damaged.Name(), 0, 1, _highWater.NextSeq - 1));
    }

    /// <summary>Compares the store with what was written beside it. A store that is behind has lost commits it reported as durable: its
    /// numbers must
    /// not be given out again.</summary>
    private void CheckHighWater(OutboxStore store)
    {
        if (_highWater is not { Epoch: { } epoch, NextSeq: > 1 })
            return;
        if (string.Equals(epoch, store.Epoch, StringComparison.Ordinal))
        {
            if (_highWater.NextSeq <= store.NextSeq)
                return;
            var (from, to) = (store.NextSeq, _highWater.NextSeq - 1);
            InTransaction(store, () =>
            {
                store.AddLoss(epoch, "*", LossPolicy.Damaged.Name(), to - from + 1, from, to);
                store.BeginEpoch();
            });
            TelemetryLog.NumbersWentBack(_logger, epoch, from, to, store.Epoch);
        }
        else if (!store.KnowsEpoch(epoch))
        {
            InTransaction(store, () => store.AddLoss(epoch, "*", LossPolicy.Damaged.Name(), 0, 1, _highWater.NextSeq - 1));
            TelemetryLog.StoreVanished(_logger, epoch, _highWater.NextSeq - 1, store.Epoch);
        }
    }

    private static void InTransaction(OutboxStore store, Action act)
    {
        using var transaction = store.BeginTransaction();
        act();
        transaction.Commit();
    }

    private void Use(OutboxStore store, OutboxMode mode)
    {
        _liveFromRow = store.NextRow;
        ReadState(store);
        _store?.Dispose();
        _store = store;
        _generation++;
        _mode = mode;
        _busy.Clear();
        _acknowledged.Clear();
        _damaged.Clear();
        _failuresInARow = 0;
        TelemetryLog.Opened(_logger, store.Path, mode, store.Epoch, store.NextSeq, _totalBytes);
        Changed?.Invoke();
    }

    /// <summary>Brings the books into line with the disk.</summary>
    private void ReadState(OutboxStore store)
    {
        store.Reload();
        _savedAnchor = null;
        _hasLosses = store.HasLosses();
        _totalBytes = 0;
        _streamsById.Clear();
        foreach (var state in _ordered)
        {
            state.Id = 0;
            (state.PendingRows, state.PendingRecords, state.PendingBytes) = (0, 0, 0);
        }

        foreach (var (id, name, @class) in store.ReadStreams())
        {
            var state = StateOf(name);
            if (!_intake.Knows(name)) // of a pipeline that is no longer configured
                state.Options = state.Options with { Class = (TelemetryClass)Math.Clamp((int)@class, 0, 3) };
            Enter(state, id);
            var (rows, records, bytes) = store.Count(id);
            (state.PendingRows, state.PendingRecords) = (rows, records);
            state.PendingBytes = bytes + (rows * OutboxSchema.RowOverheadBytes);
            _totalBytes += state.PendingBytes;
        }

        Order();
        PublishPosition(store);
    }

    /// <summary>After a failed commit: decides whether to try again now.</summary>
    /// <returns>True when the store was exchanged; false to wait.</returns>
    private bool Mend(SqliteException e)
    {
        _commitFailures++;
        _failuresInARow++;
        SetFailure(e);
        foreach (var stream in _ordered)
            stream.DiscardStaged();
        try
        {
            if (e.IsDamage)
            {
                _knownDamage = IsMemoryOnly ? null : e;
                CloseStore();
                OpenAnyStore();
                return true;
            }

            if (!IsMemoryOnly && (e.ErrorCode is SqliteErrorCode.ReadOnly or SqliteErrorCode.CantOpen
                || (e.ErrorCode == SqliteErrorCode.InputOutput && _failuresInARow >= FailuresBeforeGivingUpTheDisk)))
            {
                UseMemory(e);
                return _store is not null;
            }

            TelemetryLog.CommitFailed(_logger, _failuresInARow, e);
            if (_store is not null)
                ReadState(_store);
            return false;
        }
        catch (SqliteException second)
        {
            // Not even reading works any more.
            UseMemory(second);
            return _store is not null;
        }
    }

    private void UseMemory(Exception why)
    {
        _storeTriedAt = _timeProvider.GetTimestamp();
        SetFailure(why);
        CloseStore();
        try
        {
            Use(OutboxStore.OpenInMemory(), OutboxMode.MemoryOnly);
            _memoryOnlyFallbacks++;
            TelemetryLog.MemoryOnly(_logger, _options.Directory, LimitBytes(), why);
        }
        catch (SqliteException e)
        {
            _mode = OutboxMode.Unavailable;
            TelemetryLog.Unavailable(_logger, e);
        }
    }

    /// <summary>Tries the disk again, and takes along what was kept in memory meanwhile.</summary>
    private void ReturnToDiskWhenDue()
    {
        if (_mode is not (OutboxMode.MemoryOnly or OutboxMode.Unavailable)
            || _timeProvider.GetElapsedTime(_storeTriedAt) < _options.StoreRetryInterval)
            return;
        _storeTriedAt = _timeProvider.GetTimestamp();
        try
        {
            UseDisk();
            _lastFailure = null;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            // Rows that were copied before the disk failed are sent twice, under the same numbers.
            _highWater?.Dispose();
            _highWater = null; // it speaks of the disk's epoch, not of the one in memory
            SetFailure(e);
            if (_store is null)
                return;
            _liveFromRow = _store.NextRow;
            ReadState(_store);
        }
    }

    private void CloseStore()
    {
        _store?.Dispose();
        _store = null;
        _highWater?.Dispose();
        _highWater = null;
        _generation++;
        _busy.Clear();
        _acknowledged.Clear();
        _damaged.Clear();
    }

    private void SetFailure(Exception e) => _lastFailure = e.Message;
}
