namespace EdgeRunner.Native.Linux;

/// <summary>While it lasts, this thread touches files as a <see cref="FileOwner"/>. It cannot outlive a method, nor cross an await.</summary>
public readonly ref struct FileOwnerScope
{
    private readonly uint[]? _groups;

    internal FileOwnerScope(uint[] groups) => _groups = groups;

    /// <summary>Gives the thread back what the process may.</summary>
    public void Dispose()
    {
        if (_groups is not null) FileOwner.Leave(_groups);
    }
}
