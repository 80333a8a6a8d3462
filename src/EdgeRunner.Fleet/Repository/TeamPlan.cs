namespace EdgeRunner.Fleet.Repository;

/// <summary>A team that may publish models: <c>NAME=PATTERN,PATTERN</c>.</summary>
/// <param name="Name">The role is <c>models/NAME</c>.</param>
/// <param name="Patterns">Targets that it may speak for.</param>
internal sealed record TeamPlan(string Name, IReadOnlyList<string> Patterns)
{
    /// <summary>One team for every model.</summary>
    internal static TeamPlan Default { get; } = new("main", ["models/*/*"]);

    internal string Role => "models/" + Name;

    /// <returns>Null when it is not written so.</returns>
    internal static TeamPlan? Parse(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var name = at < 0 ? text : text[..at];
        var patterns = at < 0 ? ["models/*/*"] : text[(at + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && patterns.Length > 0 && patterns.All(p => p.StartsWith("models/", StringComparison.Ordinal))
            ? new TeamPlan(name, patterns)
            : null;
    }
}
