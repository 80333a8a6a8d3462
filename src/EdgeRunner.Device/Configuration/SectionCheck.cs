using System.Globalization;
using System.Text.Json;

namespace EdgeRunner.Device.Configuration;

/// <summary>Collects what is wrong with one bound section. A bad key of a section that is not a pipeline is set back to its default.</summary>
internal sealed class SectionCheck(ConfigurationNode? node, string path, string name)
{
    /// <summary>Key of this section in the map it stands in: the name of a pipeline or of a stream.</summary>
    public string Name { get; } = name;

    /// <summary>Accepted values by key, e.g. <c>1 to 65535</c>; added to errors of type too.</summary>
    public Dictionary<string, string> Accepted { get; } = new(StringComparer.Ordinal);

    /// <summary>Errors found, by key of this section.</summary>
    public List<(string Key, ConfigurationError Error)> Errors { get; } = [];

    /// <summary>The accepted values of whole numbers.</summary>
    /// <param name="property">Name of the property; the key is its camel-case form.</param>
    /// <param name="value">Null is always accepted.</param>
    /// <param name="min">Smallest accepted value.</param>
    /// <param name="max">Largest accepted value.</param>
    /// <param name="expected">Replaces the numbers in messages, to say where a bound comes from.</param>
    public void Range(string property, long? value, long min, long max, string? expected = null)
    {
        var accepted = Accept(property, expected ?? $"{min} to {max}");
        if (value < min || value > max)
            Refuse(property, value.Value.ToString(CultureInfo.InvariantCulture), accepted);
    }

    /// <summary>The accepted values of real numbers; NaN and infinities never are.</summary>
    /// <inheritdoc cref="Range(string, long?, long, long, string?)"/>
    public void Range(string property, double? value, double min, double max, string? expected = null)
    {
        var accepted = Accept(property, expected ?? string.Create(CultureInfo.InvariantCulture, $"{min} to {max}"));
        if (value is { } number && !(number >= min && number <= max))
            Refuse(property, number.ToString(CultureInfo.InvariantCulture), accepted);
    }

    /// <summary>Names that become topic levels and file names: letters, digits, dot, underscore, hyphen; 1 to 64 of them.</summary>
    public void NameOf(string property, string? value)
    {
        const string Expected = "1 to 64 of A-Z a-z 0-9 . _ -";
        Accept(property, Expected);
        if (value is not null && !IsName(value))
            Refuse(property, $"\"{value}\"", Expected);
    }

    /// <summary>The key must be present.</summary>
    public void Required(string property, object? value, string expected)
    {
        if (value is null && !HasOwnError(property))
            Error(property, $"is missing; expected {expected}");
    }

    /// <summary>Makes a relative path absolute against the file in which it stands.</summary>
    /// <returns>The full path; null stays null.</returns>
    public string? FullPath(string property, string? value)
    {
        if (value is null)
            return null;
        if (value.Length == 0 || value.Contains('\0', StringComparison.Ordinal))
        {
            Refuse(property, $"\"{value}\"", "a path");
            return null;
        }

        return Path.GetFullPath(value, Origin(property).BaseDirectory);
    }

    /// <summary>Reports an error of <paramref name="property"/>.</summary>
    public void Error(string property, string message)
    {
        var key = JsonNamingPolicy.CamelCase.ConvertName(property);
        Errors.Add((key, new ConfigurationError(Origin(property), $"{path}.{key}", message)));
    }

    /// <summary>Reports an error of the section as a whole, such as its name.</summary>
    public void SectionError(string message) =>
        Errors.Add(("", new ConfigurationError(node?.Origin ?? ConfigurationOrigin.Default, path, message)));

    /// <summary>True when the key is written as a list, even an empty one.</summary>
    public bool IsWrittenAsList(string property) => node is not null
        && node.Members.TryGetValue(JsonNamingPolicy.CamelCase.ConvertName(property), out var member) && member.Kind == ConfigurationNodeKind.Array;

    /// <summary>True for a name accepted by <see cref="NameOf"/>.</summary>
    public static bool IsName(string value)
    {
        // "." and ".." would climb out of a directory.
        if (value.Length is 0 or > 64 || value is "." or "..")
            return false;
        foreach (var c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
                return false;
        }

        return true;
    }

    /// <summary>Written as something other than null and null all the same: binding has reported it.</summary>
    private bool HasOwnError(string property) => node is not null
        && node.Members.TryGetValue(JsonNamingPolicy.CamelCase.ConvertName(property), out var member) && member.Kind != ConfigurationNodeKind.Null;

    private string Accept(string property, string expected) => Accepted[JsonNamingPolicy.CamelCase.ConvertName(property)] = expected;

    private void Refuse(string property, string value, string accepted) => Error(property, $"{value} is not allowed; expected {accepted}");

    private ConfigurationOrigin Origin(string property) =>
        node is null ? ConfigurationOrigin.Default
        : node.Members.TryGetValue(JsonNamingPolicy.CamelCase.ConvertName(property), out var member) ? member.Origin
        : node.Origin;
}
