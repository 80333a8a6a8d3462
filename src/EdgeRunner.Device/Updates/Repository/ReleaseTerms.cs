using EdgeRunner.Inference.Bundles;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Device.Updates.Repository;

/// <summary>What a team signed under <c>custom</c> of a bundle's target, checked.</summary>
/// <param name="Number">Release number, 1 or more.</param>
/// <param name="MinRelease">Lowest release that may run; null when there is none.</param>
/// <param name="IsEncrypted">The target is ciphertext.</param>
/// <param name="Needs">What it needs of a device.</param>
internal sealed record ReleaseTerms(long Number, long? MinRelease, bool IsEncrypted, ReleaseNeeds Needs)
{
    private const int MaxProviders = 16;

    /// <summary>Path of the target of a release.</summary>
    public static string PathOf(string model, string version) => $"models/{model}/{version}.ermodel";

    /// <summary>What is wrong with the name of a model or its version; null when both are right. They become file names.</summary>
    public static string? FindProblem(string model, string version) =>
        !IsModelName(model) ? $"\"{model}\" is not a model name; expected 1 to 64 of a-z 0-9 . _ - beginning with a letter or digit"
        : !SemanticVersion.TryParse(version, out _, out var problem) ? $"\"{version}\" is not a version of {model}: {problem}"
        : null;

    /// <summary>Reads the fields.</summary>
    /// <exception cref="UpdateFailedException">One is missing, of the wrong kind or out of range, or the target speaks of another model.</exception>
    public static ReleaseTerms Read(TargetMatch target, string model, string version)
    {
        var custom = target.File.Custom is { Kind: JsonKind.Object } tree ? tree : throw Wrong(target, "custom", "nothing", "the fields of a release (name, version, release)");
        RequireText(target, custom, "name", model);
        RequireText(target, custom, "version", version);
        var number = WholeNumber(target, custom, "release", 1) ?? throw Wrong(target, "custom.release", "nothing", "a whole number from 1");
        return new ReleaseTerms(number, WholeNumber(target, custom, "min_release", 1), ReadEncrypted(target, custom), ReadNeeds(target, custom));
    }

    private static bool IsModelName(string name) => name.Length is >= 1 and <= 64
        && (char.IsAsciiLetterLower(name[0]) || char.IsAsciiDigit(name[0]))
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');

    private static bool ReadEncrypted(TargetMatch target, JsonTree custom) => custom.Find("encrypted") switch
    {
        null => false,
        { Kind: JsonKind.Integer, Integer: 0 or 1 } flag => flag.Integer == 1,
        var other => throw Wrong(target, "custom.encrypted", other.ToString(), "0 or 1"),
    };

    private static ReleaseNeeds ReadNeeds(TargetMatch target, JsonTree custom)
    {
        var unpacked = WholeNumber(target, custom, "unpacked_bytes", 0) ?? 0;
        if (custom.Find("needs") is not { } needs) return new ReleaseNeeds { UnpackedBytes = unpacked };
        if (needs.Kind != JsonKind.Object) throw Wrong(target, "custom.needs", needs.ToString(), "an object");
        return new ReleaseNeeds
        {
            UnpackedBytes = unpacked,
            MemoryBytes = WholeNumber(target, needs, "memory_bytes", 0, "needs.") ?? 0,
            Opset = (int)Math.Min(int.MaxValue, WholeNumber(target, needs, "opset", 0, "needs.") ?? 0),
            Providers = ReadProviders(target, needs.Find("providers")),
        };
    }

    private static IReadOnlyList<string> ReadProviders(TargetMatch target, JsonTree? providers)
    {
        if (providers is null) return [];
        return providers.Kind == JsonKind.Array && providers.Items.Count <= MaxProviders && providers.Items.All(p => p is { Kind: JsonKind.Text, Text.Length: > 0 and <= 64 })
            ? [.. providers.Items.Select(p => p.Text)]
            : throw Wrong(target, "custom.needs.providers", providers.ToString(), $"a list of at most {MaxProviders} names");
    }

    private static void RequireText(TargetMatch target, JsonTree custom, string name, string expected)
    {
        var found = custom.Find(name);
        if (found is not { Kind: JsonKind.Text } || !string.Equals(found.Text, expected, StringComparison.Ordinal))
            throw Wrong(target, "custom." + name, found?.ToString() ?? "nothing", $"\"{expected}\", as its path says");
    }

    private static long? WholeNumber(TargetMatch target, JsonTree tree, string name, long min, string prefix = "") => tree.Find(name) switch
    {
        null => null,
        { Kind: JsonKind.Integer } number when number.Integer >= min => number.Integer,
        var other => throw Wrong(target, $"custom.{prefix}{name}", other.ToString(), $"a whole number from {min}"),
    };

    private static UpdateFailedException Wrong(TargetMatch target, string field, string found, string expected) => new(UpdateReasons.Untrusted,
        $"{target.TargetPath}, signed by {target.Role}, has {field} {Shorten(found)}; expected {expected}", isFinal: false);

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
