using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Sqlite;

/// <summary>Owns one <c>sqlite3*</c>. Closed with <c>sqlite3_close_v2</c>, which waits for the last statement, so the order in which
/// handles are released does not matter.</summary>
internal sealed class SqliteDatabaseHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    internal void Own(nint database) => SetHandle(database);

    protected override bool ReleaseHandle() => SqliteNative.Close(handle) == SqliteNative.SQLITE_OK;
}
