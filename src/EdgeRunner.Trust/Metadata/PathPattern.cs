namespace EdgeRunner.Trust.Metadata;

/// <summary>The patterns of a delegation: <c>*</c> is any run of characters and <c>?</c> any one character, but neither is a <c>/</c>. Everything
/// else is itself, and case counts.</summary>
/// <remarks>Sets in brackets, which some shells have, are not known: <c>[</c> is itself.</remarks>
public static class PathPattern
{
    /// <summary>True when the whole path matches. Takes time in proportion to both lengths multiplied, whatever the pattern.</summary>
    public static bool Matches(string pattern, string path)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(path);
        int p = 0, t = 0;
        int star = -1, mark = 0; // where to go on when the last star takes one character more
        while (t < path.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' ? path[t] != '/' : pattern[p] == path[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0 && path[mark] != '/')
            {
                p = star + 1;
                t = ++mark;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }
        return p == pattern.Length;
    }
}
