using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Sqlite;

/// <summary>The C interface of SQLite 3, as much as we use. Everything here is in SQLite 3.20 and newer (Debian 12 has 3.40).</summary>
/// <seealso href="https://sqlite.org/c3ref/funclist.html"/>
internal static unsafe partial class SqliteNative
{
    internal const string Library = "libsqlite3.so.0";

    internal const int SQLITE_OK = 0;
    internal const int SQLITE_BUSY = 5;
    internal const int SQLITE_ROW = 100;
    internal const int SQLITE_DONE = 101;

    internal const int SQLITE_OPEN_READONLY = 0x1;
    internal const int SQLITE_OPEN_READWRITE = 0x2;
    internal const int SQLITE_OPEN_CREATE = 0x4;
    internal const int SQLITE_OPEN_MEMORY = 0x80;
    internal const int SQLITE_OPEN_FULLMUTEX = 0x10000;

    internal const uint SQLITE_PREPARE_PERSISTENT = 0x1;

    /// <summary>The destructor argument that makes SQLite copy what is bound before the call returns.</summary>
    internal static nint SQLITE_TRANSIENT => -1;

    /// <seealso href="https://sqlite.org/c3ref/open.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2")]
    internal static partial int Open(byte* filename, nint* database, int flags, byte* vfs);

    /// <seealso href="https://sqlite.org/c3ref/close.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    internal static partial int Close(nint database);

    /// <seealso href="https://sqlite.org/c3ref/extended_result_codes.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_extended_result_codes")]
    internal static partial int ExtendedResultCodes(SqliteDatabaseHandle database, int on);

    /// <seealso href="https://sqlite.org/c3ref/busy_timeout.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_busy_timeout")]
    internal static partial int BusyTimeout(SqliteDatabaseHandle database, int milliseconds);

    /// <seealso href="https://sqlite.org/c3ref/errcode.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    internal static partial byte* ErrorMessage(SqliteDatabaseHandle database);

    /// <seealso href="https://sqlite.org/c3ref/errcode.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_errstr")]
    internal static partial byte* ErrorString(int code);

    /// <seealso href="https://sqlite.org/c3ref/libversion.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_libversion")]
    internal static partial byte* LibraryVersion();

    /// <seealso href="https://sqlite.org/c3ref/get_autocommit.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_get_autocommit")]
    internal static partial int GetAutoCommit(SqliteDatabaseHandle database);

    /// <seealso href="https://sqlite.org/c3ref/last_insert_rowid.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_last_insert_rowid")]
    internal static partial long LastInsertRowId(SqliteDatabaseHandle database);

    /// <seealso href="https://sqlite.org/c3ref/changes.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_changes")]
    internal static partial int Changes(SqliteDatabaseHandle database);

    /// <seealso href="https://sqlite.org/c3ref/interrupt.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_interrupt")]
    internal static partial void Interrupt(SqliteDatabaseHandle database);

    /// <seealso href="https://sqlite.org/c3ref/prepare.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v3")]
    internal static partial int Prepare(SqliteDatabaseHandle database, byte* sql, int length, uint flags, nint* statement, byte** tail);

    /// <seealso href="https://sqlite.org/c3ref/finalize.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    internal static partial int FinalizeStatement(nint statement);

    /// <seealso href="https://sqlite.org/c3ref/step.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    internal static partial int Step(SqliteStatementHandle statement);

    /// <seealso href="https://sqlite.org/c3ref/reset.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    internal static partial int Reset(SqliteStatementHandle statement);

    /// <seealso href="https://sqlite.org/c3ref/bind_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    internal static partial int BindInt64(SqliteStatementHandle statement, int index, long value);

    /// <seealso href="https://sqlite.org/c3ref/bind_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_double")]
    internal static partial int BindDouble(SqliteStatementHandle statement, int index, double value);

    /// <seealso href="https://sqlite.org/c3ref/bind_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    internal static partial int BindBlob(SqliteStatementHandle statement, int index, byte* value, int length, nint destructor);

    /// <seealso href="https://sqlite.org/c3ref/bind_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_zeroblob")]
    internal static partial int BindZeroBlob(SqliteStatementHandle statement, int index, int length);

    /// <seealso href="https://sqlite.org/c3ref/bind_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    internal static partial int BindText(SqliteStatementHandle statement, int index, byte* value, int length, nint destructor);

    /// <seealso href="https://sqlite.org/c3ref/bind_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    internal static partial int BindNull(SqliteStatementHandle statement, int index);

    /// <seealso href="https://sqlite.org/c3ref/clear_bindings.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_clear_bindings")]
    internal static partial int ClearBindings(SqliteStatementHandle statement);

    /// <seealso href="https://sqlite.org/c3ref/column_count.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_count")]
    internal static partial int ColumnCount(SqliteStatementHandle statement);

    /// <seealso href="https://sqlite.org/c3ref/column_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    internal static partial int ColumnType(SqliteStatementHandle statement, int column);

    /// <seealso href="https://sqlite.org/c3ref/column_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    internal static partial long ColumnInt64(SqliteStatementHandle statement, int column);

    /// <seealso href="https://sqlite.org/c3ref/column_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_double")]
    internal static partial double ColumnDouble(SqliteStatementHandle statement, int column);

    /// <seealso href="https://sqlite.org/c3ref/column_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    internal static partial byte* ColumnBlob(SqliteStatementHandle statement, int column);

    /// <seealso href="https://sqlite.org/c3ref/column_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    internal static partial byte* ColumnText(SqliteStatementHandle statement, int column);

    /// <seealso href="https://sqlite.org/c3ref/column_blob.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    internal static partial int ColumnBytes(SqliteStatementHandle statement, int column);

    /// <seealso href="https://sqlite.org/c3ref/wal_checkpoint_v2.html"/>
    [LibraryImport(Library, EntryPoint = "sqlite3_wal_checkpoint_v2")]
    internal static partial int WalCheckpoint(SqliteDatabaseHandle database, byte* name, int mode, int* logFrames, int* checkpointedFrames);
}
