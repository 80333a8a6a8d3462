namespace EdgeRunner.Native.Sqlite;

/// <summary>What a database may be opened for.</summary>
/// <seealso href="https://sqlite.org/c3ref/open.html"/>
public enum SqliteOpenMode
{
    /// <summary>The file must exist and is not changed. A WAL database still needs a writable <c>-shm</c> file beside it.</summary>
    ReadOnly,

    /// <summary>The file must exist.</summary>
    ReadWrite,

    /// <summary>The file is made when it is missing; its directory is not.</summary>
    ReadWriteCreate,
}
