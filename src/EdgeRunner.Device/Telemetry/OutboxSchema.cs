namespace EdgeRunner.Device.Telemetry;

/// <summary>The store's format, <c>outbox.db</c>, version 1.</summary>
/// <remarks>
/// <para><c>application_id</c> = 0x45524F42 ("EROB"), <c>user_version</c> = 1. WAL, <c>synchronous=FULL</c>, exclusive lock (so the WAL
/// index
/// lives in memory: no <c>-shm</c> file, and a second daemon cannot write).</para>
/// <para><c>meta</c>, one row: <c>epoch</c> → epoch.id of new records; <c>next_seq</c>, the next sequence number of that epoch, from 1;
/// <c>next_row</c>, the next row number.</para>
/// <para><c>epoch(id, name)</c>: 16 hex digits, random. A new one begins whenever the numbers of the old cannot be trusted.</para>
/// <para><c>stream(id, name, class)</c>: id from 1; class as <see cref="TelemetryClass"/>.</para>
/// <para><c>boot(id, name, synchronized, utc_ms, boottime_ns)</c>: one row per boot that left records, with the best clock anchor known of
/// it.</para>
/// <para><c>batch</c>: one row is one batch of one stream, made by one commit. <c>id</c> = stream.id × 2^40 + row number, so that each
/// stream's
/// rows lie together in the order they came, without an index: an index would cost one more 4 KiB page of flash per commit.
/// <c>first_seq</c>..<c>last_seq</c> are the records' sequence numbers; <c>records</c> is the records joined by ',', at most 64 KiB unless
/// it is
/// a single record; <c>crc</c> is CRC-32C over id, epoch, boot, first_seq, last_seq (u64 LE each) and records, because SQLite has no
/// checksum
/// of its own in the main file.</para>
/// <para><c>loss(epoch, stream, policy, records, first_seq, last_seq)</c>: losses not yet written as a record of the stream
/// <c>losses</c>.</para>
/// <para>Invariants, each kept by doing everything of one commit in one transaction: (1) every number below <c>next_seq</c> was given to
/// exactly one
/// record of the epoch; (2) a row leaves only after PUBACK, or together with an entry in <c>loss</c>; (3) <c>next_seq</c> never goes back
/// within an epoch (<see cref="HighWaterMark"/> notices when a damaged WAL makes it).</para>
/// </remarks>
/// <seealso href="https://sqlite.org/wal.html"/>
/// <seealso href="https://sqlite.org/fileformat2.html"/>
internal static class OutboxSchema
{
    /// <summary>The stream of loss records.</summary>
    internal const string LossStream = "losses";

    /// <summary>Most bytes of one row that holds more than one record. 16 database pages; large enough that the row's own cost is below 1
    /// %.</summary>
    internal const int MaxBatchBytes = 64 << 10;

    /// <summary>Counted for each row beside its records: cell header, keys, its share of a leaf page.</summary>
    internal const int RowOverheadBytes = 64;

    /// <summary>Bits of a row id below the stream: at 40 rows a second, 2^40 rows are 870 years.</summary>
    internal const int RowBits = 40;

    /// <summary>Largest stream id whose rows stay below 2^63.</summary>
    internal const int MaxStreamId = (1 << (62 - RowBits)) - 1;

    internal const long ApplicationId = 0x45524F42;
    internal const long Version = 1;

    /// <summary>Run on every connection, before anything is read.</summary>
    /// <remarks>1 MiB page cache (the default is 2) for the memory budget; <c>trusted_schema</c> and <c>cell_size_check</c> as
    /// <see href="https://sqlite.org/security.html"/> advises for files that may be damaged. The WAL is cut back to 16 MiB after a burst.
    /// Debian builds SQLite with secure_delete on, which writes zeroes over every page that is freed: half as much flash again, for an
    /// erasure that
    /// flash does not do anyway.</remarks>
    internal const string Connect = """
        PRAGMA locking_mode=EXCLUSIVE;
        PRAGMA trusted_schema=OFF;
        PRAGMA cell_size_check=ON;
        PRAGMA secure_delete=OFF;
        PRAGMA temp_store=MEMORY;
        PRAGMA cache_size=-1024;
        PRAGMA journal_mode=WAL;
        PRAGMA synchronous=FULL;
        PRAGMA journal_size_limit=16777216;
        """;

    internal const string Create = """
        CREATE TABLE epoch(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), epoch INTEGER NOT NULL, next_seq INTEGER NOT NULL, next_row INTEGER NOT NULL);
        CREATE TABLE stream(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, class INTEGER NOT NULL);
        CREATE TABLE boot(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, synchronized INTEGER NOT NULL, utc_ms INTEGER NOT NULL,
            boottime_ns INTEGER NOT NULL);
        CREATE TABLE batch(id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, boot INTEGER NOT NULL, first_seq INTEGER NOT NULL,
            last_seq INTEGER NOT NULL, crc INTEGER NOT NULL, records BLOB NOT NULL);
        CREATE TABLE loss(epoch TEXT NOT NULL, stream TEXT NOT NULL, policy TEXT NOT NULL, records INTEGER NOT NULL, first_seq INTEGER,
            last_seq INTEGER, PRIMARY KEY(epoch, stream, policy)) WITHOUT ROWID;
        PRAGMA application_id=0x45524F42;
        PRAGMA user_version=1;
        """;

    internal static long FirstRowOf(int stream) => (long)stream << RowBits;

    internal static long EndOf(int stream) => (long)(stream + 1) << RowBits;
}
