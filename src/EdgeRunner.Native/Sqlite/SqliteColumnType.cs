namespace EdgeRunner.Native.Sqlite;

/// <summary>Storage class of a value in a result row.</summary>
/// <seealso href="https://sqlite.org/c3ref/c_blob.html"/>
public enum SqliteColumnType
{
    /// <summary>Signed, 64 bits.</summary>
    Integer = 1,

    /// <summary>IEEE 754 binary64.</summary>
    Float = 2,

    /// <summary>UTF-8.</summary>
    Text = 3,

    /// <summary>Bytes.</summary>
    Blob = 4,

    /// <summary>NULL.</summary>
    Null = 5,
}
