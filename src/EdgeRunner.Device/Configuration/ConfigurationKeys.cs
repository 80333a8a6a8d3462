using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Configuration;

/// <summary>What is known about keys across sections.</summary>
internal static class ConfigurationKeys
{
    /// <summary>The key that selects the type of a source or a decision.</summary>
    public const string Kind = "kind";

    private static readonly string[] SecretWords = ["password", "passphrase", "token", "secret", "credential", "apikey", "api_key", "privatekey"];

    /// <summary>True for types that are selected by <see cref="Kind"/>.</summary>
    public static bool IsDerived(Type type) => type.IsSubclassOf(typeof(SourceOptions)) || type.IsSubclassOf(typeof(DecisionOptions));

    /// <summary>True for keys whose values are never shown. A key that ends in <c>File</c> names where the secret is, not the secret.</summary>
    public static bool IsSecret(string key) =>
        !key.EndsWith("File", StringComparison.Ordinal)
        && SecretWords.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>The error for a key nobody knows.</summary>
    public static ConfigurationError Unknown(ConfigurationOrigin origin, string path, string key, IEnumerable<string> known)
    {
        var all = known.ToArray();
        var nearest = NearestName.Find(key, all);
        return new ConfigurationError(origin, path, nearest is not null
            ? $"unknown key; did you mean \"{nearest}\"?"
            : $"unknown key; known here: {string.Join(", ", all)}");
    }
}
