using EdgeRunner.Native.Sqlite;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Native.Tests.Sqlite;

public sealed class SqliteStatementTests : IDisposable
{
    private readonly SqliteDatabase _database = SqliteDatabase.OpenInMemory();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Every_type_comes_back_as_it_was_bound()
    {
        using var statement = _database.Prepare("SELECT ?1, ?2, ?3, ?4, ?5, ?6");
        statement.Bind(1, long.MinValue).Bind(2, -0.1).Bind(3, "zwölf \U0001F600").Bind(4, [1, 0, 255]).Bind(5, (string?)null)
            .Bind(6, ReadOnlySpan<byte>.Empty);

        Assert.True(statement.Step());
        Assert.Equal(6, statement.ColumnCount);
        Assert.Equal(long.MinValue, statement.ColumnInt64(0));
        Assert.Equal(-0.1, statement.ColumnDouble(1));
        Assert.Equal("zwölf \U0001F600", statement.ColumnText(2));
        Assert.Equal([1, 0, 255], statement.ColumnBlob(3).ToArray());
        Assert.Equal(
            [SqliteColumnType.Integer, SqliteColumnType.Float, SqliteColumnType.Text, SqliteColumnType.Blob, SqliteColumnType.Null, SqliteColumnType.Blob],
            Enumerable.Range(0, 6).Select(statement.ColumnType));
        Assert.Null(statement.ColumnText(4));
        Assert.Equal(0, statement.ColumnBlob(5).Length);
        Assert.False(statement.Step());
    }

    [Fact]
    public void Bytes_and_texts_of_any_length_come_back()
    {
        using var statement = _database.Prepare("SELECT ?1, ?2");
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<int>(), (bytes, length) =>
        {
            var text = new string('ß', Math.Abs(length % 1000));
            statement.Bind(1, (ReadOnlySpan<byte>)bytes).Bind(2, text);
            Assert.True(statement.Step());
            var same = statement.ColumnBlob(0).SequenceEqual(bytes)
                && string.Equals(statement.ColumnText(1), text, StringComparison.Ordinal);
            statement.Reset();
            return same;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Binding_and_stepping_numbers_and_blobs_allocates_nothing()
    {
        _database.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b REAL, c BLOB)");
        using var insert = _database.Prepare("INSERT INTO t(b, c) VALUES(?1, ?2)");
        using var select = _database.Prepare("SELECT a, b, c FROM t");
        var blob = new byte[70_000];
        Assert.Equal(0, Allocations.Of(RoundTrip));

        void RoundTrip()
        {
            using (var transaction = _database.BeginTransaction())
            {
                insert.Bind(1, 1.5).Bind(2, (ReadOnlySpan<byte>)blob).Run();
                transaction.Commit();
            }

            long sum = 0;
            while (select.Step())
                sum += select.ColumnInt64(0) + select.ColumnBlob(2).Length;
            if (sum == 0)
                throw new InvalidOperationException("nothing read");
        }
    }

    [Fact]
    public void A_parameter_that_does_not_exist_is_a_range_error_with_the_sql()
    {
        using var statement = _database.Prepare("SELECT ?1");
        var error = Assert.Throws<SqliteException>(() => statement.Bind(2, 1L));
        Assert.Equal(SqliteErrorCode.Range, error.ErrorCode);
        Assert.Contains("SELECT ?1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Binding_while_a_row_is_pending_is_misuse_and_a_reset_cures_it()
    {
        using var statement = _database.Prepare("SELECT ?1");
        Assert.True(statement.Step());
        Assert.Equal(SqliteErrorCode.Misuse, Assert.Throws<SqliteException>(() => statement.Bind(1, 1L)).ErrorCode);
        statement.Reset();
        statement.Bind(1, 1L);
    }

    [Fact]
    public void A_broken_constraint_carries_the_extended_code_and_the_statement_works_on()
    {
        _database.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY)");
        using var insert = _database.Prepare("INSERT INTO t VALUES(?1)");
        insert.Bind(1, 1L).Run();
        var error = Assert.Throws<SqliteException>(() => insert.Bind(1, 1L).Run());
        Assert.Equal(SqliteErrorCode.Constraint, error.ErrorCode);
        Assert.Equal(1555, error.ExtendedCode); // SQLITE_CONSTRAINT_PRIMARYKEY
        insert.Bind(1, 2L).Run();
        Assert.Equal(2, _database.LastInsertRowId);
        Assert.Equal(1, _database.Changes);
    }

    [Theory]
    [InlineData("SELEC 1", SqliteErrorCode.Error)]
    [InlineData("SELECT * FROM nowhere", SqliteErrorCode.Error)]
    [InlineData("SELECT 1; SELECT 2", SqliteErrorCode.Misuse)]
    [InlineData("-- nothing", SqliteErrorCode.Misuse)]
    public void Wrong_sql_is_refused_with_its_text(string sql, SqliteErrorCode code)
    {
        var error = Assert.Throws<SqliteException>(() => _database.Prepare(sql));
        Assert.Equal(code, error.ErrorCode);
        Assert.Equal(sql, error.Act);
    }

    [Fact]
    public void A_disposed_statement_or_database_is_an_ObjectDisposedException_in_any_order()
    {
        var database = SqliteDatabase.OpenInMemory();
        var statement = database.Prepare("SELECT 1");
        database.Dispose();
        Assert.True(statement.Step()); // sqlite3_close_v2 waits for the last statement
        statement.Dispose();
        Assert.Throws<ObjectDisposedException>(() => statement.Step());
        Assert.Throws<ObjectDisposedException>(() => database.Prepare("SELECT 1"));
    }
}
