using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace EdgeRunner.Native.Sqlite;

/// <summary>A compiled statement. Parameters count from 1, columns from 0, as in SQLite. Same threading as its database.</summary>
/// <remarks>Binding and reading numbers and blobs and stepping allocate nothing on the managed heap.
/// Bindings stay over <see cref="Reset"/>.</remarks>
/// <seealso href="https://sqlite.org/c3ref/stmt.html"/>
public sealed unsafe class SqliteStatement : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly SqliteStatementHandle _handle;

    internal SqliteStatement(SqliteDatabase database, SqliteStatementHandle handle, string sql)
    {
        _database = database;
        _handle = handle;
        Sql = sql;
    }

    /// <summary>The text it was compiled from.</summary>
    public string Sql { get; }

    /// <summary>Columns of a result row; 0 for a statement without a result.</summary>
    public int ColumnCount => SqliteNative.ColumnCount(_handle);

    /// <summary>Binds a number.</summary>
    /// <exception cref="SqliteException">No such parameter, or a row is pending (<see cref="Reset"/> first).</exception>
    public SqliteStatement Bind(int parameter, long value) => Checked(SqliteNative.BindInt64(_handle, parameter, value));

    /// <summary>Binds a number; NaN is stored as NULL.</summary>
    /// <exception cref="SqliteException">As for <see cref="Bind(int, long)"/>.</exception>
    public SqliteStatement Bind(int parameter, double value) => Checked(SqliteNative.BindDouble(_handle, parameter, value));

    /// <summary>Binds a blob; the bytes are copied. An empty span is an empty blob, not NULL.</summary>
    /// <exception cref="SqliteException">As for <see cref="Bind(int, long)"/>, or longer than SQLite takes.</exception>
    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return Checked(SqliteNative.BindZeroBlob(_handle, parameter, 0));
        fixed (byte* start = value)
            return Checked(SqliteNative.BindBlob(_handle, parameter, start, value.Length, SqliteNative.SQLITE_TRANSIENT));
    }

    /// <summary>Binds text; null binds NULL.</summary>
    /// <exception cref="SqliteException">As for <see cref="Bind(int, long)"/>.</exception>
    [SkipLocalsInit]
    public SqliteStatement Bind(int parameter, string? value)
    {
        if (value is null)
            return BindNull(parameter);
        const int StackBytes = 256; // names and ids are below 64 characters; longer text is rare and may rent
        byte[]? rented = null;
        var bound = Encoding.UTF8.GetMaxByteCount(value.Length);
        var buffer = bound <= StackBytes ? stackalloc byte[StackBytes] : (rented = ArrayPool<byte>.Shared.Rent(bound));
        try
        {
            var length = Encoding.UTF8.GetBytes(value, buffer);
            fixed (byte* start = buffer)
                return Checked(SqliteNative.BindText(_handle, parameter, start, length, SqliteNative.SQLITE_TRANSIENT));
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Binds NULL.</summary>
    /// <exception cref="SqliteException">As for <see cref="Bind(int, long)"/>.</exception>
    public SqliteStatement BindNull(int parameter) => Checked(SqliteNative.BindNull(_handle, parameter));

    /// <summary>Sets every parameter back to NULL and frees the copies of bound blobs.</summary>
    public void ClearBindings() => _ = SqliteNative.ClearBindings(_handle); // always SQLITE_OK

    /// <summary>Runs to the next row.</summary>
    /// <returns>True with a row to read; false when done. A row left unread keeps a read lock: <see cref="Reset"/> ends it.</returns>
    /// <exception cref="SqliteException">The statement failed and is reset.</exception>
    public bool Step()
    {
        var code = SqliteNative.Step(_handle);
        if (code == SqliteNative.SQLITE_ROW)
            return true;
        if (code != SqliteNative.SQLITE_DONE)
            ThrowStepFailed(code);
        return false;
    }

    /// <summary>Back to the start, ready to bind and run again.</summary>
    public void Reset() => _ = SqliteNative.Reset(_handle); // repeats the code of the last step, which was thrown then

    /// <summary>Runs a statement without a result to its end and resets it.</summary>
    /// <exception cref="SqliteException">The statement failed and is reset.</exception>
    public void Run()
    {
        while (Step())
        {
            // A PRAGMA may answer.
        }

        Reset();
    }

    /// <summary>Storage class of the value in the current row.</summary>
    public SqliteColumnType ColumnType(int column) => (SqliteColumnType)SqliteNative.ColumnType(_handle, column);

    /// <summary>The value as a number; NULL is 0.</summary>
    public long ColumnInt64(int column) => SqliteNative.ColumnInt64(_handle, column);

    /// <summary>The value as a number; NULL is 0.</summary>
    public double ColumnDouble(int column) => SqliteNative.ColumnDouble(_handle, column);

    /// <summary>The value as bytes, in SQLite's memory: valid until the next step, reset or dispose. NULL is empty.</summary>
    public ReadOnlySpan<byte> ColumnBlob(int column)
    {
        // The order matters: sqlite3_column_bytes after the conversion that sqlite3_column_blob may do.
        var start = SqliteNative.ColumnBlob(_handle, column);
        return new ReadOnlySpan<byte>(start, SqliteNative.ColumnBytes(_handle, column));
    }

    /// <summary>The value as text; null for NULL. Bytes that are not UTF-8 become U+FFFD.</summary>
    public string? ColumnText(int column)
    {
        var start = SqliteNative.ColumnText(_handle, column);
        return start is null ? null : Encoding.UTF8.GetString(start, SqliteNative.ColumnBytes(_handle, column));
    }

    /// <summary>Finalises the statement.</summary>
    public void Dispose() => _handle.Dispose();

    private SqliteStatement Checked(int code)
    {
        _database.ThrowIfError(code, Sql);
        return this;
    }

    private void ThrowStepFailed(int code)
    {
        var error = _database.Error(code, Sql); // the message is lost on reset
        Reset();
        throw error;
    }
}
