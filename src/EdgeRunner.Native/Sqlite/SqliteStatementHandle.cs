using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Sqlite;

/// <summary>Owns one <c>sqlite3_stmt*</c>.</summary>
internal sealed class SqliteStatementHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    internal void Own(nint statement) => SetHandle(statement);

    protected override bool ReleaseHandle()
    {
        // The code is that of the last step, which was reported then.
        _ = SqliteNative.FinalizeStatement(handle);
        return true;
    }
}
