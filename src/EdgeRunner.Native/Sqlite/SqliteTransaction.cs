namespace EdgeRunner.Native.Sqlite;

/// <summary>A write transaction: durable when <see cref="Commit"/> returns (given <c>synchronous=FULL</c>), undone when disposed
/// before.</summary>
/// <remarks>A ref struct, so that it costs no allocation and cannot outlive its block.</remarks>
/// <seealso href="https://sqlite.org/lang_transaction.html"/>
public ref struct SqliteTransaction
{
    private SqliteDatabase? _database;

    internal SqliteTransaction(SqliteDatabase database) => _database = database;

    /// <summary>Makes the changes durable.</summary>
    /// <exception cref="SqliteException">Nothing of the transaction is or will be in the database, once this is disposed.</exception>
    /// <exception cref="InvalidOperationException">Committed before.</exception>
    public void Commit()
    {
        (_database ?? throw new InvalidOperationException("the transaction has ended")).Commit();
        _database = null;
    }

    /// <summary>Rolls back unless committed, or unless SQLite has already done so (full disk, I/O error, no memory).</summary>
    /// <exception cref="SqliteException">The rollback failed: the connection must be closed.</exception>
    public void Dispose()
    {
        var database = _database;
        _database = null;
        if (database is { IsInTransaction: true })
            database.Rollback();
    }
}
