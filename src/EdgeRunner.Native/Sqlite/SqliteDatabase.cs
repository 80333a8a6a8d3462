using System.Runtime.InteropServices;
using System.Text;

namespace EdgeRunner.Native.Sqlite;

/// <summary>One connection to one database. Use from one thread at a time; <see cref="Interrupt"/> alone may come from any
/// thread.</summary>
/// <remarks>Opened in SQLite's serialized mode although callers serialise: a leaked statement is finalised on the finalizer thread, and
/// the mutex (about 20 ns) is what makes that harmless. <see href="https://sqlite.org/threadsafe.html"/></remarks>
public sealed unsafe class SqliteDatabase : IDisposable
{
    private readonly SqliteDatabaseHandle _handle = new();
    private SqliteStatement? _begin;
    private SqliteStatement? _commit;
    private SqliteStatement? _rollback;

    private SqliteDatabase(string path) => Path = path;

    /// <summary>The version of the library that was found, e.g. <c>3.40.1</c>.</summary>
    public static string LibraryVersion => Utf8(SqliteNative.LibraryVersion());

    /// <summary>The file, as a full path, or <c>:memory:</c>.</summary>
    public string Path { get; }

    /// <summary>True between a begin and the commit or rollback, whoever did the latter.</summary>
    public bool IsInTransaction => SqliteNative.GetAutoCommit(_handle) == 0;

    /// <summary>Row id of the last successful insert on this connection.</summary>
    public long LastInsertRowId => SqliteNative.LastInsertRowId(_handle);

    /// <summary>Rows changed by the last insert, update or delete.</summary>
    public int Changes => SqliteNative.Changes(_handle);

    internal SqliteDatabaseHandle Handle => _handle;

    /// <summary>Opens a file. SQLite reads it only at the first statement, so a damaged file is noticed there and not here.</summary>
    /// <param name="path">A file; relative paths are taken from the current directory, never as a <c>file:</c> URI.</param>
    /// <param name="mode">What for.</param>
    /// <exception cref="SqliteException">The file cannot be opened, or libsqlite3 is not installed.</exception>
    public static SqliteDatabase Open(string path, SqliteOpenMode mode)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Open(System.IO.Path.GetFullPath(path), mode switch
        {
            SqliteOpenMode.ReadOnly => SqliteNative.SQLITE_OPEN_READONLY,
            SqliteOpenMode.ReadWrite => SqliteNative.SQLITE_OPEN_READWRITE,
            SqliteOpenMode.ReadWriteCreate => SqliteNative.SQLITE_OPEN_READWRITE | SqliteNative.SQLITE_OPEN_CREATE,
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "no such mode"),
        });
    }

    /// <summary>Opens a new, empty database in memory; it is gone on dispose.</summary>
    /// <exception cref="SqliteException">libsqlite3 is not installed, or memory is short.</exception>
    public static SqliteDatabase OpenInMemory() =>
        Open(":memory:", SqliteNative.SQLITE_OPEN_READWRITE | SqliteNative.SQLITE_OPEN_CREATE | SqliteNative.SQLITE_OPEN_MEMORY);

    /// <summary>How long a statement waits for another connection's lock before it fails with <see cref="SqliteErrorCode.Busy"/>.
    /// Default of SQLite: not at all.</summary>
    public void SetBusyTimeout(TimeSpan time) =>
        ThrowIfError(SqliteNative.BusyTimeout(_handle, (int)Math.Clamp(time.TotalMilliseconds, 0, int.MaxValue)), "sqlite3_busy_timeout");

    /// <summary>Compiles one statement, to be run many times.</summary>
    /// <exception cref="SqliteException">The SQL is wrong, is more than one statement, or the file is damaged.</exception>
    public SqliteStatement Prepare(string sql)
    {
        ArgumentException.ThrowIfNullOrEmpty(sql);
        var bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = bytes)
        {
            var statement = PrepareNext(start, bytes.Length, SqliteNative.SQLITE_PREPARE_PERSISTENT, sql, out var used);
            if (statement is not null && string.IsNullOrWhiteSpace(sql[Encoding.UTF8.GetCharCount(bytes, 0, used)..]))
                return statement;
            statement?.Dispose();
            throw new SqliteException((int)SqliteErrorCode.Misuse, "exactly one statement is expected", sql, Path);
        }
    }

    /// <summary>Runs any number of statements; rows are passed over.</summary>
    /// <exception cref="SqliteException">One failed; those before it are done.</exception>
    public void Execute(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        var bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = bytes)
        {
            for (var offset = 0; offset < bytes.Length;)
            {
                using var statement = PrepareNext(start + offset, bytes.Length - offset, 0, sql, out var used);
                while (statement is not null && statement.Step())
                {
                    // PRAGMAs answer with rows nobody asked for.
                }

                offset += used;
            }
        }
    }

    /// <summary>First column of the first row as a number; 0 without a row.</summary>
    /// <exception cref="SqliteException">The statement failed.</exception>
    public long ScalarInt64(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.ColumnInt64(0) : 0;
    }

    /// <summary>First column of the first row as text; null without a row or for NULL.</summary>
    /// <exception cref="SqliteException">The statement failed.</exception>
    public string? ScalarText(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.ColumnText(0) : null;
    }

    /// <summary>Begins a write transaction at once (<c>BEGIN IMMEDIATE</c>), so that a lock held elsewhere shows here and not at commit.
    /// Allocates nothing after the first time.</summary>
    /// <exception cref="SqliteException"><see cref="SqliteErrorCode.Busy"/> when another connection is writing.</exception>
    public SqliteTransaction BeginTransaction()
    {
        (_begin ??= Prepare("BEGIN IMMEDIATE")).Run();
        return new SqliteTransaction(this);
    }

    /// <summary>Moves pages from the WAL into the database and truncates the WAL to zero bytes.</summary>
    /// <returns>False when a reader or writer elsewhere kept it from finishing.</returns>
    /// <exception cref="SqliteException">The disk failed; nothing committed is lost, it is still in the WAL.</exception>
    /// <seealso href="https://sqlite.org/c3ref/wal_checkpoint_v2.html"/>
    public bool CheckpointAndTruncate()
    {
        const int Truncate = 3; // SQLITE_CHECKPOINT_TRUNCATE
        var code = SqliteNative.WalCheckpoint(_handle, null, Truncate, null, null);
        if ((code & 0xff) == SqliteNative.SQLITE_BUSY)
            return false;
        ThrowIfError(code, "sqlite3_wal_checkpoint_v2");
        return true;
    }

    /// <summary>Makes the statement that is running fail with <see cref="SqliteErrorCode.Interrupt"/>. From any thread.</summary>
    public void Interrupt() => SqliteNative.Interrupt(_handle);

    /// <summary>Closes the connection. The last one on a WAL database checkpoints it and removes the <c>-wal</c> file.</summary>
    public void Dispose()
    {
        _begin?.Dispose();
        _commit?.Dispose();
        _rollback?.Dispose();
        _handle.Dispose();
    }

    internal static string Utf8(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;

    internal void Commit() => (_commit ??= Prepare("COMMIT")).Run();

    internal void Rollback() => (_rollback ??= Prepare("ROLLBACK")).Run();

    internal void ThrowIfError(int code, string? act)
    {
        if (code != SqliteNative.SQLITE_OK)
            throw Error(code, act);
    }

    internal SqliteException Error(int code, string? act) => new(code, Utf8(SqliteNative.ErrorMessage(_handle)), act, Path);

    private static SqliteDatabase Open(string fullPath, int flags)
    {
        var database = new SqliteDatabase(fullPath);
        try
        {
            nint pointer = 0;
            int code;
            fixed (byte* name = Encoding.UTF8.GetBytes(fullPath + "\0"))
                code = SqliteNative.Open(name, &pointer, flags | SqliteNative.SQLITE_OPEN_FULLMUTEX, null);
            // Even a failed open hands out a connection, which carries the message and must be closed.
            database._handle.Own(pointer);
            if (code != SqliteNative.SQLITE_OK)
                throw new SqliteException(code, Utf8(pointer == 0 ? SqliteNative.ErrorString(code) : SqliteNative.ErrorMessage(database._handle)),
                    "open", fullPath);
            database.ThrowIfError(SqliteNative.ExtendedResultCodes(database._handle, 1), "sqlite3_extended_result_codes");
            return database;
        }
        catch (DllNotFoundException e)
        {
            database.Dispose();
            throw new SqliteException((int)SqliteErrorCode.CantOpen,
                $"the library {SqliteNative.Library} is not installed (Debian: apt install libsqlite3-0)", "open", fullPath, e);
        }
        catch (SqliteException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <returns>Null when only white space or comments were left.</returns>
    private SqliteStatement? PrepareNext(byte* sql, int length, uint flags, string text, out int used)
    {
        var handle = new SqliteStatementHandle();
        nint pointer = 0;
        var tail = sql;
        var code = SqliteNative.Prepare(_handle, sql, length, flags, &pointer, &tail);
        handle.Own(pointer);
        used = (int)(tail - sql);
        if (code == SqliteNative.SQLITE_OK && pointer != 0)
            return new SqliteStatement(this, handle, text);
        handle.Dispose();
        ThrowIfError(code, text);
        return null;
    }
}
