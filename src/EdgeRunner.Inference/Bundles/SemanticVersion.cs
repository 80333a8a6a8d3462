using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles;

/// <summary>A version as in Semantic Versioning 2.0.0. Equality is that of the text, build metadata included; the order
/// (<see cref="CompareTo"/>) is the precedence of section 11, which ignores build metadata. Numbers have no upper bound.</summary>
/// <seealso href="https://semver.org/spec/v2.0.0.html"/>
[JsonConverter(typeof(SemanticVersionConverter))]
public sealed record SemanticVersion : IComparable<SemanticVersion>
{
    /// <summary>Characters a version may have at most; it becomes part of a file name.</summary>
    public const int MaxLength = 64;

    private readonly string _text;
    private readonly string[] _core;
    private readonly string[] _preRelease;

    private SemanticVersion(string text, string[] core, string[] preRelease)
    {
        _text = text;
        _core = core;
        _preRelease = preRelease;
    }

    /// <summary>Whether it sorts before the version of the same three numbers.</summary>
    public bool IsPreRelease => _preRelease.Length > 0;

    /// <summary>Parses <c>1.2.3</c>, <c>1.2.3-rc.1</c>, <c>1.2.3-rc.1+build.5</c>.</summary>
    /// <exception cref="FormatException">Not a semantic version; says what is wrong.</exception>
    public static SemanticVersion Parse(string text) => TryParse(text, out var version, out var problem)
        ? version
        : throw new FormatException($"\"{text}\" is not a semantic version: {problem}");

    /// <summary>Parses, or gives the problem in words.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SemanticVersion? version, out string problem)
    {
        version = null;
        if (text is null || text.Length is 0 or > MaxLength)
        {
            problem = $"it must have 1 to {MaxLength} characters";
            return false;
        }
        var plus = text.IndexOf('+');
        var build = plus < 0 ? [] : text[(plus + 1)..].Split('.');
        var precedence = plus < 0 ? text : text[..plus];
        var dash = precedence.IndexOf('-');
        var core = (dash < 0 ? precedence : precedence[..dash]).Split('.');
        var preRelease = dash < 0 ? [] : precedence[(dash + 1)..].Split('.');

        problem = core.Length != 3 || !Array.TrueForAll(core, IsNumber)
            ? "it must start with three numbers without leading zeros, such as 1.2.3"
            : !Array.TrueForAll(preRelease, IsPreReleaseIdentifier)
                ? "after '-' come identifiers of [0-9A-Za-z-] joined by dots, numbers without leading zeros"
                : !Array.TrueForAll(build, IsIdentifier) ? "after '+' come identifiers of [0-9A-Za-z-] joined by dots" : "";
        version = problem.Length == 0 ? new SemanticVersion(text, core, preRelease) : null;
        return version is not null;
    }

    /// <inheritdoc />
    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
        {
            return 1;
        }
        for (var i = 0; i < 3; i++)
        {
            if (CompareNumbers(_core[i], other._core[i]) is not 0 and var difference)
            {
                return difference;
            }
        }
        if (IsPreRelease != other.IsPreRelease)
        {
            return IsPreRelease ? -1 : 1;
        }
        for (var i = 0; i < Math.Min(_preRelease.Length, other._preRelease.Length); i++)
        {
            if (CompareIdentifiers(_preRelease[i], other._preRelease[i]) is not 0 and var difference)
            {
                return difference;
            }
        }
        return _preRelease.Length.CompareTo(other._preRelease.Length);
    }

    /// <inheritdoc />
    public bool Equals(SemanticVersion? other) => other is not null && string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc />
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);

    /// <summary>The text it was parsed from.</summary>
    public override string ToString() => _text;

    /// <summary>Precedence, as <see cref="CompareTo"/>.</summary>
    public static bool operator <(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) < 0;

    /// <summary>Precedence, as <see cref="CompareTo"/>.</summary>
    public static bool operator >(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) > 0;

    /// <summary>Precedence, as <see cref="CompareTo"/>.</summary>
    public static bool operator <=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Precedence, as <see cref="CompareTo"/>.</summary>
    public static bool operator >=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) >= 0;

    private static bool IsDigits(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static bool IsNumber(string text) => IsDigits(text) && (text.Length == 1 || text[0] != '0');

    private static bool IsIdentifier(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static bool IsPreReleaseIdentifier(string text) => IsIdentifier(text) && (!IsDigits(text) || IsNumber(text));

    // Without leading zeros the longer number is the larger, and numbers of one length sort as text.
    private static int CompareNumbers(string left, string right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);

    private static int CompareIdentifiers(string left, string right) => (IsDigits(left), IsDigits(right)) switch
    {
        (true, true) => CompareNumbers(left, right),
        (true, false) => -1,
        (false, true) => 1,
        _ => string.CompareOrdinal(left, right),
    };
}
