using System.Buffers;

namespace EdgeRunner.Inference.Bundles;

/// <summary>What a file in a bundle may be called: a flat name that means the same on every file system.</summary>
internal static class EntryNames
{
    /// <summary>Characters at most. 100: below every file system's bound even with a temp suffix.</summary>
    internal const int MaxLength = 100;

    private static readonly SearchValues<char> NotPortable = SearchValues.Create(":*?\"<>|");

    /// <summary>Why the name is refused; null when it is fine.</summary>
    internal static string? Problem(string name) => name switch
    {
        "" => "an empty name is not allowed",
        { Length: > MaxLength } => $"a name of {name.Length} characters is not allowed, at most {MaxLength} are",
        "." or ".." => "the name climbs out of the bundle; names must be flat",
        _ when name.Contains('/') || name.Contains('\\') => "the name holds a path separator; names must be flat",
        _ when name.AsSpan().ContainsAnyExceptInRange(' ', '~') => "the name holds control or non-ASCII characters; use printable ASCII",
        _ when name.AsSpan().ContainsAny(NotPortable) => "the name holds one of : * ? \" < > |, which not every file system can store",
        _ when name[0] == ' ' || name[^1] is ' ' or '.' => "the name starts with a blank, or ends with a blank or dot",
        _ => null,
    };
}
