namespace EdgeRunner.Inference.Bundles;

/// <summary>Finds what somebody probably meant to write.</summary>
internal static class NearestName
{
    /// <summary><c> (did you mean "shape"?)</c>, or nothing when no candidate is near.</summary>
    internal static string Hint(string name, IEnumerable<string> candidates) =>
        Find(name, candidates) is { } nearest ? $" (did you mean \"{nearest}\"?)" : "";

    /// <summary>The candidate with the fewest edits, letter case aside; null when more than a third of the letters (at least two) differ.</summary>
    internal static string? Find(string name, IEnumerable<string> candidates)
    {
        // A name from a hostile file may be long; the distance is quadratic.
        if (name.Length > 128)
        {
            return null;
        }
        var best = Math.Max(2, name.Length / 3) + 1;
        string? nearest = null;
        foreach (var candidate in candidates)
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

    /// <summary>Levenshtein distance in two rows.</summary>
    private static int Distance(string left, string right)
    {
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitute = previous[j - 1] + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                current[j] = Math.Min(substitute, Math.Min(previous[j], current[j - 1]) + 1);
            }
            (previous, current) = (current, previous);
        }
        return previous[right.Length];
    }
}
