using System.Diagnostics.CodeAnalysis;

namespace EdgeRunner.Native.Sqlite;

/// <summary>SQLite refused or failed. The open transaction, if any, is either still open or rolled back by SQLite itself
/// (<see cref="SqliteDatabase.IsInTransaction"/> says which); it is never half done.</summary>
/// <remarks>A disposed database or statement is an <see cref="ObjectDisposedException"/>, a missing library this type with
/// <see cref="SqliteErrorCode.CantOpen"/>.</remarks>
/// <seealso href="https://sqlite.org/rescode.html"/>
[SuppressMessage("Roslynator", "RCS1194", Justification = "Carries the values of one failure.")]
public sealed class SqliteException(int extendedCode, string detail, string? act, string path, Exception? inner = null)
    : Exception($"SQLite {(SqliteErrorCode)(extendedCode & 0xff)} ({extendedCode}) on {path}{(act is null ? "" : $", doing `{act}`")}: {detail}", inner)
{
    /// <summary>The primary code, to branch on.</summary>
    public SqliteErrorCode ErrorCode { get; } = (SqliteErrorCode)(extendedCode & 0xff);

    /// <summary>The extended code, e.g. 1546 for <c>SQLITE_IOERR_TRUNCATE</c>.</summary>
    public int ExtendedCode { get; } = extendedCode;

    /// <summary>The SQL or the call that failed, when there was one.</summary>
    public string? Act { get; } = act;

    /// <summary>The database file.</summary>
    public string Path { get; } = path;

    /// <summary>True when the file itself is bad and no retry will help: it belongs into quarantine.</summary>
    public bool IsDamage => ErrorCode is SqliteErrorCode.Corrupt or SqliteErrorCode.NotADatabase;
}
