using System.Security.Cryptography;
using EdgeRunner.Native.Sqlite;

namespace EdgeRunner.Device.Telemetry;

/// <summary>One SQLite database in the format of <see cref="OutboxSchema"/>: reading and writing, no policy. Not thread-safe.</summary>
/// <remarks>Numbers kept in memory (<see cref="NextSeq"/>, ids of streams) run ahead of the disk inside a transaction; after a rollback
/// <see cref="Reload"/> brings them back.</remarks>
internal sealed partial class OutboxStore : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly Dictionary<string, int> _streamIds = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _epochs = [];
    private readonly Dictionary<string, long> _bootIds = new(StringComparer.Ordinal);
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _next;
    private readonly SqliteStatement _nextHeader;
    private readonly SqliteStatement _saveMeta;
    private long _nextRow;

    private OutboxStore(SqliteDatabase database)
    {
        _database = database;
        _insert = database.Prepare("INSERT INTO batch(id, epoch, boot, first_seq, last_seq, crc, records) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _delete = database.Prepare("DELETE FROM batch WHERE id = ?1");
        _next = database.Prepare(
            "SELECT id, epoch, boot, first_seq, last_seq, length(records), crc, records FROM batch WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 1");
        // length() of a blob is in the row's header: SQLite does not read the pages of the blob for it.
        _nextHeader = database.Prepare(
            "SELECT id, epoch, boot, first_seq, last_seq, length(records), crc FROM batch WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 1");
        _saveMeta = database.Prepare("UPDATE meta SET next_seq = ?1, next_row = ?2");
    }

    /// <summary>The file, or <c>:memory:</c>.</summary>
    internal string Path => _database.Path;

    /// <summary>The connection, for copying out of it.</summary>
    internal SqliteDatabase Database => _database;

    internal long EpochId { get; private set; }

    internal string Epoch => _epochs[EpochId];

    internal long NextSeq { get; private set; }

    /// <summary>Row number of the next batch, of whatever stream: an order over all streams.</summary>
    internal long NextRow => _nextRow;

    /// <summary>Opens a store, or makes an empty one where there is no file (or an empty one, which is what a power cut at birth
    /// leaves).</summary>
    /// <param name="path">The file.</param>
    /// <param name="fullCheckMaxBytes">Above this size SQLite's own check of every page is skipped.</param>
    /// <exception cref="SqliteException">Damaged (<see cref="SqliteException.IsDamage"/>), in use, or not writable.</exception>
    internal static OutboxStore Open(string path, long fullCheckMaxBytes)
    {
        var isSmall = !File.Exists(path) || new FileInfo(path).Length <= fullCheckMaxBytes;
        return Open(SqliteDatabase.Open(path, SqliteOpenMode.ReadWriteCreate), isSmall);
    }

    /// <summary>An empty store that is gone on dispose.</summary>
    internal static OutboxStore OpenInMemory() => Open(SqliteDatabase.OpenInMemory(), check: false);

    internal SqliteTransaction BeginTransaction() => _database.BeginTransaction();

    /// <summary>Adds a batch under the next sequence numbers. Durable with the transaction.</summary>
    internal OutboxRow Insert(int stream, long boot, int records, ReadOnlySpan<byte> joined)
    {
        var row = Insert(stream, EpochId, boot, NextSeq, NextSeq + records - 1, joined);
        NextSeq += records;
        return row;
    }

    /// <summary>Adds a batch that already has its numbers, from another store.</summary>
    internal OutboxRow Insert(int stream, long epoch, long boot, long firstSeq, long lastSeq, ReadOnlySpan<byte> joined)
    {
        var row = new OutboxRow(OutboxSchema.FirstRowOf(stream) + _nextRow, epoch, boot, firstSeq, lastSeq, joined.Length, 0);
        row = row with { Crc = row.ComputeCrc(joined) };
        _insert.Bind(1, row.Id).Bind(2, row.EpochId).Bind(3, row.BootId).Bind(4, row.FirstSeq).Bind(5, row.LastSeq).Bind(6, (long)row.Crc)
            .Bind(7, joined).Run();
        _nextRow++;
        return row;
    }

    internal void Delete(long id) => _delete.Bind(1, id).Run();

    /// <summary>Writes the counters; the last act of each transaction that inserted.</summary>
    internal void SaveMeta() => _saveMeta.Bind(1, NextSeq).Bind(2, _nextRow).Run();

    /// <summary>The first row with <paramref name="from"/> ≤ id &lt; <paramref name="end"/>.</summary>
    internal bool TryNextHeader(long from, long end, out OutboxRow row)
    {
        try
        {
            var found = _nextHeader.Bind(1, from).Bind(2, end).Step();
            row = found ? ReadRow(_nextHeader) : default;
            return found;
        }
        finally
        {
            _nextHeader.Reset();
        }
    }

    /// <summary>The same with its records, which the caller gets as a span that is valid only inside <paramref name="use"/>.</summary>
    internal bool TryNext(long from, long end, RowReader use, out OutboxRow row)
    {
        try
        {
            var found = _next.Bind(1, from).Bind(2, end).Step();
            row = found ? ReadRow(_next) : default;
            if (found)
                use(row, _next.ColumnBlob(7));
            return found;
        }
        finally
        {
            _next.Reset();
        }
    }

    /// <summary>Begins a new epoch at sequence number 1. Durable with the transaction.</summary>
    internal void BeginEpoch()
    {
        EpochId = EpochIdOf(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        NextSeq = 1;
        using var statement = _database.Prepare("INSERT INTO meta(id, epoch, next_seq, next_row) VALUES(1, ?1, 1, ?2) "
            + "ON CONFLICT(id) DO UPDATE SET epoch = excluded.epoch, next_seq = 1");
        statement.Bind(1, EpochId).Bind(2, _nextRow).Run();
    }

    /// <summary>What the disk says: after a rollback.</summary>
    internal void Reload()
    {
        _epochs.Clear();
        _streamIds.Clear();
        _bootIds.Clear();
        using (var epochs = _database.Prepare("SELECT id, name FROM epoch"))
        {
            while (epochs.Step())
                _epochs[epochs.ColumnInt64(0)] = epochs.ColumnText(1) ?? "";
        }

        using (var meta = _database.Prepare("SELECT epoch, next_seq, next_row FROM meta"))
        {
            if (!meta.Step() || !_epochs.ContainsKey(meta.ColumnInt64(0)) || meta.ColumnInt64(1) < 1 || meta.ColumnInt64(2) < 1)
                throw Damaged("the table meta does not say where the numbers stand");
            EpochId = meta.ColumnInt64(0);
            NextSeq = meta.ColumnInt64(1);
            _nextRow = meta.ColumnInt64(2);
        }

        foreach (var (id, name, _) in ReadStreams())
        {
            if (id is < 1 or > OutboxSchema.MaxStreamId)
                throw Damaged($"the table stream has the id {id}");
            _streamIds[name] = id;
        }

        using var boots = _database.Prepare("SELECT id, name FROM boot");
        while (boots.Step())
            _bootIds[boots.ColumnText(1) ?? ""] = boots.ColumnInt64(0);
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _insert, _delete, _next, _nextHeader, _saveMeta })
            statement.Dispose();
        _database.Dispose();
    }

    private static OutboxRow ReadRow(SqliteStatement statement) => new(
        statement.ColumnInt64(0), statement.ColumnInt64(1), statement.ColumnInt64(2), statement.ColumnInt64(3), statement.ColumnInt64(4),
        (int)statement.ColumnInt64(5), unchecked((uint)statement.ColumnInt64(6)));

    private static OutboxStore Open(SqliteDatabase database, bool check)
    {
        try
        {
            database.Execute(OutboxSchema.Connect);
            if (database.ScalarInt64("SELECT count(*) FROM sqlite_schema") == 0)
            {
                using var creation = database.BeginTransaction();
                database.Execute(OutboxSchema.Create);
                var born = new OutboxStore(database) { _nextRow = 1 };
                born.BeginEpoch();
                creation.Commit();
                return born;
            }

            if (database.ScalarInt64("PRAGMA application_id") != OutboxSchema.ApplicationId
                || database.ScalarInt64("PRAGMA user_version") != OutboxSchema.Version)
                throw new SqliteException((int)SqliteErrorCode.NotADatabase, "not an outbox of version 1", "open", database.Path);
            if (check && database.ScalarText("PRAGMA quick_check(1)") is { } verdict && !string.Equals(verdict, "ok", StringComparison.Ordinal))
                throw new SqliteException((int)SqliteErrorCode.Corrupt, verdict, "PRAGMA quick_check", database.Path);
            var store = new OutboxStore(database);
            store.Reload();
            return store;
        }
        catch (SqliteException e)
        {
            database.Dispose();
            // A table or column that is not there, under our own application id, is damage too.
            if (e.ErrorCode == SqliteErrorCode.Error)
                throw new SqliteException((int)SqliteErrorCode.Corrupt, e.Message, "open", database.Path, e);
            throw;
        }
    }

    private SqliteException Damaged(string what) => new((int)SqliteErrorCode.Corrupt, what, "open", _database.Path);
}
