namespace EdgeRunner.Device.Telemetry;

/// <summary>The small tables: streams, epochs, boots, losses.</summary>
internal sealed partial class OutboxStore
{
    internal string EpochName(long id) => _epochs.TryGetValue(id, out var name) ? name : "unknown";

    internal bool KnowsEpoch(string name) => _epochs.ContainsValue(name);

    /// <summary>Id of an epoch by name; made when it is new.</summary>
    internal long EpochIdOf(string name)
    {
        foreach (var (id, known) in _epochs)
        {
            if (string.Equals(known, name, StringComparison.Ordinal))
                return id;
        }

        using var insert = _database.Prepare("INSERT INTO epoch(name) VALUES(?1)");
        insert.Bind(1, name).Run();
        _epochs[_database.LastInsertRowId] = name;
        return _database.LastInsertRowId;
    }

    /// <summary>Id of a stream by name; made, with the class of now, when it is new.</summary>
    internal int StreamIdOf(string name, TelemetryClass @class)
    {
        if (_streamIds.TryGetValue(name, out var id))
            return id;
        using var insert = _database.Prepare("INSERT INTO stream(name, class) VALUES(?1, ?2)");
        insert.Bind(1, name).Bind(2, (long)@class).Run();
        return _streamIds[name] = (int)_database.LastInsertRowId;
    }

    internal IReadOnlyList<(int Id, string Name, TelemetryClass Class)> ReadStreams()
    {
        List<(int, string, TelemetryClass)> streams = [];
        using var statement = _database.Prepare("SELECT id, name, class FROM stream ORDER BY id");
        while (statement.Step())
            streams.Add(((int)statement.ColumnInt64(0), statement.ColumnText(1) ?? "", (TelemetryClass)statement.ColumnInt64(2)));
        return streams;
    }

    /// <summary>What a stream has stored. Reads its leaf pages, not the records.</summary>
    internal (long Rows, long Records, long SizeBytes) Count(int stream)
    {
        using var statement = _database.Prepare(
            "SELECT count(*), sum(last_seq - first_seq + 1), sum(length(records)) FROM batch WHERE id >= ?1 AND id < ?2");
        statement.Bind(1, OutboxSchema.FirstRowOf(stream)).Bind(2, OutboxSchema.EndOf(stream)).Step();
        return (statement.ColumnInt64(0), statement.ColumnInt64(1), statement.ColumnInt64(2));
    }

    /// <summary>Id of a boot by name; made when it is new, with the anchor given.</summary>
    internal long BootIdOf(string name, in ClockAnchor anchor)
    {
        if (_bootIds.TryGetValue(name, out var id))
            return id;
        SaveAnchor(name, anchor);
        return _bootIds[name] = _database.ScalarInt64("SELECT max(id) FROM boot");
    }

    internal void SaveAnchor(string boot, in ClockAnchor anchor)
    {
        using var statement = _database.Prepare("INSERT INTO boot(name, synchronized, utc_ms, boottime_ns) VALUES(?1, ?2, ?3, ?4) "
            + "ON CONFLICT(name) DO UPDATE SET synchronized = excluded.synchronized, utc_ms = excluded.utc_ms, boottime_ns = excluded.boottime_ns");
        statement.Bind(1, boot).Bind(2, anchor.Synchronized ? 1L : 0L).Bind(3, anchor.Utc.ToUnixTimeMilliseconds())
            .Bind(4, anchor.BoottimeNanoseconds).Run();
    }

    /// <summary>A boot's name and the anchor stored for it.</summary>
    internal (string Name, ClockAnchor? Anchor) ReadBoot(long id)
    {
        // DateTimeOffset holds years 1 to 9999; a damaged number must not throw.
        const long MaxUnixMilliseconds = 253402300799999;
        using var statement = _database.Prepare("SELECT name, synchronized, utc_ms, boottime_ns FROM boot WHERE id = ?1");
        if (!statement.Bind(1, id).Step())
            return ("unknown", null);
        var utc = statement.ColumnInt64(2);
        return (statement.ColumnText(0) ?? "unknown", utc is < 0 or > MaxUnixMilliseconds
            ? null
            : new ClockAnchor(statement.ColumnInt64(1) != 0, DateTimeOffset.FromUnixTimeMilliseconds(utc), statement.ColumnInt64(3)));
    }

    /// <summary>Adds to the losses that wait to be reported. Numbers are null for records that never had one.</summary>
    internal void AddLoss(string epoch, string stream, string policy, long records, long? firstSeq, long? lastSeq)
    {
        using var statement = _database.Prepare("""
            INSERT INTO loss(epoch, stream, policy, records, first_seq, last_seq) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT DO UPDATE SET records = records + excluded.records,
                first_seq = min(coalesce(first_seq, excluded.first_seq), coalesce(excluded.first_seq, first_seq)),
                last_seq = max(coalesce(last_seq, excluded.last_seq), coalesce(excluded.last_seq, last_seq))
            """);
        statement.Bind(1, epoch).Bind(2, stream).Bind(3, policy).Bind(4, records);
        _ = firstSeq is { } first ? statement.Bind(5, first) : statement.BindNull(5);
        _ = lastSeq is { } last ? statement.Bind(6, last) : statement.BindNull(6);
        statement.Run();
    }

    internal bool HasLosses() => _database.ScalarInt64("SELECT EXISTS(SELECT 1 FROM loss)") != 0;

    internal IReadOnlyList<LossEntry> ReadLosses()
    {
        List<LossEntry> losses = [];
        using var statement = _database.Prepare("SELECT epoch, stream, policy, records, first_seq, last_seq FROM loss");
        while (statement.Step())
        {
            var isNumbered = statement.ColumnType(4) != Native.Sqlite.SqliteColumnType.Null;
            losses.Add(new LossEntry(statement.ColumnText(0) ?? "", statement.ColumnText(1) ?? "", statement.ColumnText(2) ?? "",
                statement.ColumnInt64(3), isNumbered ? statement.ColumnInt64(4) : null, isNumbered ? statement.ColumnInt64(5) : null));
        }

        return losses;
    }

    internal void ClearLosses() => _database.Execute("DELETE FROM loss");
}
