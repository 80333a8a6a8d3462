namespace EdgeRunner.Native.Sqlite;

/// <summary>Primary result codes: the low byte of every code SQLite returns.</summary>
/// <seealso href="https://sqlite.org/rescode.html"/>
public enum SqliteErrorCode
{
    /// <summary>No error.</summary>
    Ok = 0,

    /// <summary>Bad SQL, or no better code exists.</summary>
    Error = 1,

    /// <summary>A bug inside SQLite.</summary>
    Internal = 2,

    /// <summary>The file may not be accessed as asked.</summary>
    Permission = 3,

    /// <summary>A callback asked to stop.</summary>
    Abort = 4,

    /// <summary>Another connection holds the lock; worth another try.</summary>
    Busy = 5,

    /// <summary>A table is locked within this connection.</summary>
    Locked = 6,

    /// <summary>malloc failed.</summary>
    NoMemory = 7,

    /// <summary>The database is read-only.</summary>
    ReadOnly = 8,

    /// <summary><see cref="SqliteDatabase.Interrupt"/> was called.</summary>
    Interrupt = 9,

    /// <summary>The operating system reported an I/O error; the extended code says which call.</summary>
    InputOutput = 10,

    /// <summary>The file is damaged.</summary>
    Corrupt = 11,

    /// <summary>Unknown opcode; internal.</summary>
    NotFound = 12,

    /// <summary>The disk or the page limit is full.</summary>
    Full = 13,

    /// <summary>The file cannot be opened.</summary>
    CantOpen = 14,

    /// <summary>WAL locking protocol trouble.</summary>
    Protocol = 15,

    /// <summary>The schema changed under a statement too often.</summary>
    Schema = 17,

    /// <summary>A text or blob is too long.</summary>
    TooBig = 18,

    /// <summary>A constraint refused the row.</summary>
    Constraint = 19,

    /// <summary>Wrong type for the column.</summary>
    Mismatch = 20,

    /// <summary>The interface was used wrongly: a bug in the caller.</summary>
    Misuse = 21,

    /// <summary>Authorisation denied.</summary>
    Authorization = 23,

    /// <summary>A parameter or column number is out of range: a bug in the caller.</summary>
    Range = 25,

    /// <summary>The file is not a database.</summary>
    NotADatabase = 26,
}
