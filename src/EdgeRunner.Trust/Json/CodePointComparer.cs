namespace EdgeRunner.Trust.Json;

/// <summary>Orders text by code point, as canonical JSON wants. <see cref="StringComparer.Ordinal"/> orders by UTF-16 unit, which puts
/// U+10000 and above before U+E000 to U+FFFF.</summary>
internal sealed class CodePointComparer : IComparer<string>
{
    internal static readonly CodePointComparer Instance = new();

    private CodePointComparer()
    {
    }

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }
        var common = x.AsSpan().CommonPrefixLength(y);
        return common == x.Length || common == y.Length
            ? x.Length.CompareTo(y.Length)
            : Weight(x[common]).CompareTo(Weight(y[common]));
    }

    /// <summary>Moves the surrogates behind the rest of the basic plane. The first unit that differs decides: were it the second half of a pair,
    /// the first halves would be the same.</summary>
    private static int Weight(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
