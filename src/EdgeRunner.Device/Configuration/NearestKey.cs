namespace EdgeRunner.Device.Configuration;

/// <summary>Finds the known word a mistyped one was meant to be.</summary>
internal static class NearestKey
{
    private const int MaxLength = 64; // longer than any key; bounds the quadratic work on hostile input

    /// <summary>The nearest of <paramref name="known"/> by Damerau-Levenshtein distance (insert, delete, replace, swap neighbours), case
    /// ignored; null when even that needs more edits than a third of the word plus one.</summary>
    public static string? Find(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > MaxLength)
            return null;
        string? best = null;
        var bestDistance = (word.Length / 3) + 2;
        foreach (var candidate in known)
        {
            var distance = Distance(word, candidate);
            if (distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
        }

        return best;
    }

    /// <summary>Optimal string alignment distance, case ignored.</summary>
    internal static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + replace);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }

    private static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
}
