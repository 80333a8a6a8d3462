namespace EdgeRunner.Fleet.Commands;

/// <summary>What somebody may have meant who mistyped a name.</summary>
internal static class NearestNames
{
    private const int MaxSuggestions = 3;

    /// <returns>"Did you mean a or b? ", or nothing when no name is near.</returns>
    internal static string Hint(string typed, IEnumerable<string> names)
    {
        var near = names.Select(n => (Name: n, Distance: Distance(typed, n))).Where(n => n.Distance <= Math.Max(1, typed.Length / 3))
            .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal).Take(MaxSuggestions).Select(n => n.Name).ToArray();
        return near.Length == 0 ? "" : $"Did you mean {string.Join(" or ", near)}? ";
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that make one of the other; case does not count.</summary>
    internal static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                table[i, j] = i == 0 || j == 0 ? i + j : Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
                }
            }
        }
        return table[a.Length, b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
