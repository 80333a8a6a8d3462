using EdgeRunner.Native.Sqlite;

namespace EdgeRunner.Native.Tests.Sqlite;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string DatabasePath => _directory.File("test.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_was_committed_is_there_after_reopening_and_what_was_not_is_not()
    {
        using (var database = OpenWal())
        {
            database.Execute("CREATE TABLE t(a); INSERT INTO t VALUES(1);");
            using (var transaction = database.BeginTransaction())
            {
                database.Execute("INSERT INTO t VALUES(2)");
                Assert.True(database.IsInTransaction);
                transaction.Commit();
            }

            using (database.BeginTransaction())
                database.Execute("INSERT INTO t VALUES(4)");
            Assert.False(database.IsInTransaction);
        }

        using var reopened = SqliteDatabase.Open(DatabasePath, SqliteOpenMode.ReadOnly);
        Assert.Equal(3, reopened.ScalarInt64("SELECT sum(a) FROM t"));
        Assert.Equal("ok", reopened.ScalarText("PRAGMA integrity_check"));
    }

    [Fact]
    public void A_checkpoint_empties_the_wal()
    {
        using var database = OpenWal();
        database.Execute("CREATE TABLE t(a)");
        Assert.NotEqual(0, new FileInfo(DatabasePath + "-wal").Length);
        Assert.True(database.CheckpointAndTruncate());
        Assert.Equal(0, new FileInfo(DatabasePath + "-wal").Length);
    }

    [Fact]
    public void A_lock_held_elsewhere_is_busy_at_once_and_after_the_time_out_and_gone_when_released()
    {
        using var first = OpenWal();
        using var second = OpenWal();
        using (first.BeginTransaction())
        {
            Assert.Equal(SqliteErrorCode.Busy, Assert.Throws<SqliteException>(() => second.BeginTransaction()).ErrorCode);
            second.SetBusyTimeout(TimeSpan.FromMilliseconds(50));
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            Assert.Equal(SqliteErrorCode.Busy, Assert.Throws<SqliteException>(() => second.BeginTransaction()).ErrorCode);
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(40));
        }

        using var transaction = second.BeginTransaction();
        transaction.Commit();
    }

    [Fact]
    public void A_full_page_budget_is_Full_and_the_transaction_leaves_nothing()
    {
        using var database = OpenWal();
        database.Execute("CREATE TABLE t(a); PRAGMA max_page_count=10;");
        var error = Assert.Throws<SqliteException>(() =>
        {
            using var transaction = database.BeginTransaction();
            for (var i = 0; i < 100; i++)
                database.Execute("INSERT INTO t VALUES(zeroblob(4000))");
            transaction.Commit();
        });
        Assert.Equal(SqliteErrorCode.Full, error.ErrorCode);
        Assert.False(database.IsInTransaction);
        Assert.Equal(0, database.ScalarInt64("SELECT count(*) FROM t"));
    }

    [Fact]
    public void A_full_disk_is_Full_and_space_given_back_makes_the_same_connection_work_again()
    {
        using var disk = SmallDisk.Mount(1 << 20);
        using var database = SqliteDatabase.Open(disk.File("t.db"), SqliteOpenMode.ReadWriteCreate);
        database.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(a); INSERT INTO t VALUES(1);");
        disk.FillUp();
        var error = Assert.Throws<SqliteException>(() => database.Execute("INSERT INTO t VALUES(zeroblob(100000))"));
        Assert.Equal(SqliteErrorCode.Full, error.ErrorCode);
        disk.FreeSpace();
        database.Execute("INSERT INTO t VALUES(zeroblob(100000))");
        Assert.Equal(2, database.ScalarInt64("SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData("/proc/edgerunner.db")]
    [InlineData("/dev/null/edgerunner.db")]
    [InlineData("/nonexistent/edgerunner.db")]
    public void A_directory_that_takes_no_file_is_CantOpen_with_the_path(string path)
    {
        var error = Assert.Throws<SqliteException>(() => SqliteDatabase.Open(path, SqliteOpenMode.ReadWriteCreate));
        Assert.Equal(SqliteErrorCode.CantOpen, error.ErrorCode);
        Assert.Equal(path, error.Path);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_made_only_when_asked()
    {
        Assert.Throws<SqliteException>(() => SqliteDatabase.Open(DatabasePath, SqliteOpenMode.ReadWrite));
        Assert.False(File.Exists(DatabasePath));
    }

    [Fact]
    public void A_file_opened_for_reading_refuses_a_write()
    {
        OpenWal().Dispose();
        using var database = SqliteDatabase.Open(DatabasePath, SqliteOpenMode.ReadOnly);
        Assert.Equal(SqliteErrorCode.ReadOnly, Assert.Throws<SqliteException>(() => database.Execute("CREATE TABLE t(a)")).ErrorCode);
    }

    [Fact]
    public void A_file_that_is_no_database_is_damage()
    {
        File.WriteAllBytes(DatabasePath, [.. Enumerable.Repeat((byte)0x5a, 8192)]);
        using var database = SqliteDatabase.Open(DatabasePath, SqliteOpenMode.ReadWrite);
        var error = Assert.Throws<SqliteException>(() => database.ScalarInt64("SELECT count(*) FROM sqlite_schema"));
        Assert.Equal(SqliteErrorCode.NotADatabase, error.ErrorCode);
        Assert.True(error.IsDamage);
    }

    [Fact]
    public void A_damaged_page_is_damage()
    {
        using (var database = OpenWal())
            database.Execute("CREATE TABLE t(a); INSERT INTO t VALUES(1);");
        using (var file = File.OpenWrite(DatabasePath))
        {
            file.Position = 4096;
            file.Write([.. Enumerable.Repeat((byte)0xff, 4096)]);
        }

        using var reopened = SqliteDatabase.Open(DatabasePath, SqliteOpenMode.ReadWrite);
        var error = Assert.Throws<SqliteException>(() => reopened.ScalarInt64("SELECT a FROM t"));
        Assert.Equal(SqliteErrorCode.Corrupt, error.ErrorCode);
        Assert.True(error.IsDamage);
    }

    [Fact]
    public void An_interrupt_from_another_thread_ends_an_endless_statement()
    {
        using var database = SqliteDatabase.OpenInMemory();
        using var stop = new CancellationTokenSource();
        var interrupter = new Thread(() =>
        {
            while (!stop.IsCancellationRequested) // the statement may not have begun at the first try
            {
                database.Interrupt();
                Thread.Sleep(5);
            }
        });
        interrupter.Start();
        var error = Assert.Throws<SqliteException>(() =>
            database.Execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"));
        stop.Cancel();
        interrupter.Join();
        Assert.Equal(SqliteErrorCode.Interrupt, error.ErrorCode);
    }

    [Fact]
    public void A_transaction_cannot_be_committed_twice()
    {
        using var database = SqliteDatabase.OpenInMemory();
        Assert.Throws<InvalidOperationException>(() =>
        {
            using var transaction = database.BeginTransaction();
            transaction.Commit();
            transaction.Commit();
        });
    }

    [Fact]
    public void The_library_says_its_version() => Assert.StartsWith("3.", SqliteDatabase.LibraryVersion, StringComparison.Ordinal);

    private SqliteDatabase OpenWal()
    {
        var database = SqliteDatabase.Open(DatabasePath, SqliteOpenMode.ReadWriteCreate);
        database.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
        return database;
    }
}
