namespace EdgeRunner.Inference.Bundles;

/// <summary>Finds the known name a mistyped one was meant to be, for messages about bundles and configuration.</summary>
public static class NearestName
{
    /// <summary>Longer names have no nearest: the work is quadratic, and the name may come from a hostile file.</summary>
    private const int MaxLength = 128;

    /// <summary><c> (did you mean "shape"?)</c>, or nothing when no candidate is near.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) =>
        Find(name, candidates) is { } nearest ? $" (did you mean \"{nearest}\"?)" : "";

    /// <summary>The first candidate with the fewest edits (<see cref="Distance"/>); null when even that needs more than a third of the name's
    /// letters plus one, or as many as the candidate has letters.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return null;
        }
        var best = (name.Length / 3) + 2;
        string? nearest = null;
        foreach (var candidate in candidates.Where(candidate => candidate.Length <= MaxLength))
        {
            var distance = Distance(name, candidate);
            if (distance < best && distance < candidate.Length)
            {
                best = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /// <summary>Letters to insert, delete, replace, or swap with their neighbour (optimal string alignment), letter case aside. Symmetric.</summary>
    public static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            rows[i, 0] = i;
        }
        for (var j = 0; j <= right.Length; j++)
        {
            rows[0, j] = j;
        }
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var replace = rows[i - 1, j - 1] + (IsSame(left[i - 1], right[j - 1]) ? 0 : 1);
                rows[i, j] = Math.Min(replace, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && IsSame(left[i - 1], right[j - 2]) && IsSame(left[i - 2], right[j - 1]))
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }
        return rows[left.Length, right.Length];
    }

    private static bool IsSame(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
}
