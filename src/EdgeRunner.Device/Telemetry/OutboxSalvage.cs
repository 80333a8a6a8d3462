using System.Security.Cryptography;
using EdgeRunner.Native.Sqlite;

namespace EdgeRunner.Device.Telemetry;

/// <summary>Copies every row that can be read and has its checksum from one store, damaged or not, into another. Rows keep their epoch and
/// numbers, so that a receiver who has them already drops them.</summary>
internal sealed class OutboxSalvage
{
    private const long TransactionBytes = 4 << 20; // bounds what is redone and the growth of the WAL

    private readonly SqliteDatabase _source;
    private readonly OutboxStore _target;
    private readonly Dictionary<long, string> _epochs = [];
    private readonly Dictionary<long, (string Name, ClockAnchor Anchor)> _boots = [];
    private readonly List<(int Id, string Name, TelemetryClass Class)> _streams = [];
    private readonly string _unknownEpoch = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private SalvageResult _result = new(0, 0, 0, true);

    private OutboxSalvage(SqliteDatabase source, OutboxStore target)
    {
        _source = source;
        _target = target;
    }

    /// <summary>Opens a damaged store and copies what can be read.</summary>
    /// <exception cref="SqliteException">The target failed. What was committed until then is there.</exception>
    internal static SalvageResult CopyFromFile(string damagedPath, OutboxStore target)
    {
        try
        {
            using var source = SqliteDatabase.Open(damagedPath, SqliteOpenMode.ReadWrite);
            // writable_schema makes SQLite accept a file shorter than its header says
            // (https://sqlite.org/pragma.html#pragma_writable_schema).
            source.Execute("PRAGMA writable_schema=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA locking_mode=EXCLUSIVE;");
            return Copy(source, target);
        }
        catch (SqliteException e) when (string.Equals(e.Path, Path.GetFullPath(damagedPath), StringComparison.Ordinal))
        {
            return new SalvageResult(0, 0, 0, IsComplete: false);
        }
    }

    /// <summary>Copies between two open stores.</summary>
    /// <exception cref="SqliteException">The target failed.</exception>
    internal static SalvageResult Copy(SqliteDatabase source, OutboxStore target)
    {
        var salvage = new OutboxSalvage(source, target);
        salvage.ReadNames();
        salvage.CopyLosses();
        var ranges = salvage._streams.Select(s => (s.Id, OutboxSchema.FirstRowOf(s.Id), OutboxSchema.EndOf(s.Id))).ToList();
        foreach (var (_, from, end) in ranges)
            salvage.CopyRange(from, end);
        if (ranges.Count == 0)
            salvage.CopyRange(0, long.MaxValue);
        return salvage._result;
    }

    private void ReadNames()
    {
        TryRead("SELECT id, name FROM epoch", row => _epochs[row.ColumnInt64(0)] = row.ColumnText(1) ?? _unknownEpoch);
        TryRead("SELECT id, name, class FROM stream ORDER BY id", row =>
        {
            if (row.ColumnInt64(0) is >= 1 and <= OutboxSchema.MaxStreamId and var id && row.ColumnText(1) is { } name
                && TelemetryOptionsValidator.IsStreamName(name))
                _streams.Add(((int)id, name, (TelemetryClass)Math.Clamp(row.ColumnInt64(2), 0, 3)));
        });
        TryRead("SELECT id, name, synchronized, utc_ms, boottime_ns FROM boot", row =>
            _boots[row.ColumnInt64(0)] = (row.ColumnText(1) ?? "unknown", new ClockAnchor(row.ColumnInt64(2) != 0,
                DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Clamp(row.ColumnInt64(3), 0, 253402300799999)), row.ColumnInt64(4))));
    }

    private void CopyLosses()
    {
        List<LossEntry> losses = [];
        TryRead("SELECT epoch, stream, policy, records, first_seq, last_seq FROM loss", row =>
        {
            var isNumbered = row.ColumnType(4) == SqliteColumnType.Integer;
            losses.Add(new LossEntry(row.ColumnText(0) ?? "", row.ColumnText(1) ?? "", row.ColumnText(2) ?? "", row.ColumnInt64(3),
                isNumbered ? row.ColumnInt64(4) : null, isNumbered ? row.ColumnInt64(5) : null));
        });
        using var transaction = _target.BeginTransaction();
        foreach (var loss in losses)
            _target.AddLoss(loss.Epoch, loss.Stream, loss.Policy, loss.Records, loss.FirstSeq, loss.LastSeq);
        transaction.Commit();
    }

    /// <summary>Upwards until something is in the way, then downwards from the other end.</summary>
    private void CopyRange(long from, long end)
    {
        var last = CopyRun("SELECT id FROM batch WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 1", from, end, isUpwards: true);
        if (last is { } blocked)
            CopyRun("SELECT id FROM batch WHERE id > ?1 AND id < ?2 ORDER BY id DESC LIMIT 1", blocked, end, isUpwards: false);
    }

    /// <returns>Null when the range was walked to its end, else the last id before the damage.</returns>
    private long? CopyRun(string nextId, long low, long high, bool isUpwards)
    {
        while (true)
        {
            using var transaction = _target.BeginTransaction();
            long copied = 0;
            while (copied < TransactionBytes)
            {
                long? id;
                try
                {
                    id = NextId(nextId, low, high);
                }
                catch (SqliteException e) when (IsSource(e))
                {
                    _target.SaveMeta();
                    transaction.Commit();
                    _result = _result with { IsComplete = false };
                    return low - (isUpwards ? 1 : 0);
                }

                if (id is not { } found)
                {
                    _target.SaveMeta();
                    transaction.Commit();
                    return null;
                }

                copied += CopyRow(found);
                _ = isUpwards ? low = found + 1 : high = found;
            }

            _target.SaveMeta();
            transaction.Commit();
        }
    }

    private long? NextId(string sql, long low, long high)
    {
        using var statement = _source.Prepare(sql);
        return statement.Bind(1, low).Bind(2, high).Step() ? statement.ColumnInt64(0) : null;
    }

    private long CopyRow(long id)
    {
        try
        {
            using var statement = _source.Prepare(
                "SELECT id, epoch, boot, first_seq, last_seq, crc, records FROM batch WHERE id = ?1");
            if (!statement.Bind(1, id).Step())
                return 0;
            var records = statement.ColumnBlob(6);
            var row = new OutboxRow(id, statement.ColumnInt64(1), statement.ColumnInt64(2), statement.ColumnInt64(3), statement.ColumnInt64(4),
                records.Length, unchecked((uint)statement.ColumnInt64(5)));
            if (row.IsIntact(records))
            {
                Insert(row, records);
                return row.CostBytes;
            }
        }
        catch (SqliteException e) when (IsSource(e))
        {
            // Counted below: the other rows may be well.
        }

        _result = _result with { DamagedRows = _result.DamagedRows + 1, IsComplete = false };
        return 0;
    }

    private void Insert(in OutboxRow row, ReadOnlySpan<byte> records)
    {
        var streamId = row.StreamId;
        var (_, name, @class) = _streams.Find(s => s.Id == streamId);
        var epoch = _epochs.TryGetValue(row.EpochId, out var known) ? known : _unknownEpoch;
        var boot = _boots.TryGetValue(row.BootId, out var found) ? found : ("unknown", new ClockAnchor(false, DateTimeOffset.UnixEpoch, 0));
        _target.Insert(_target.StreamIdOf(name ?? $"salvaged-{streamId}", name is null ? TelemetryClass.Metric : @class),
            _target.EpochIdOf(epoch), _target.BootIdOf(boot.Item1, boot.Item2), row.FirstSeq, row.LastSeq, records);
        _result = _result with { Rows = _result.Rows + 1, Records = _result.Records + row.Records };
    }

    private void TryRead(string sql, Action<SqliteStatement> use)
    {
        try
        {
            using var statement = _source.Prepare(sql);
            while (statement.Step())
                use(statement);
        }
        catch (SqliteException e) when (IsSource(e))
        {
            _result = _result with { IsComplete = false };
        }
    }

    /// <summary>Trouble of the source is what we are here for; trouble of the target is the caller's. In memory both may have the same
    /// name, but
    /// then the source is whole.</summary>
    private bool IsSource(SqliteException e) => string.Equals(e.Path, _source.Path, StringComparison.Ordinal);
}
