using System.Globalization;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Device.Configuration;

/// <summary>Conversion between the text of a leaf and its type, and the words for what was expected.</summary>
internal static class ConfigurationValue
{
    /// <summary>True for types that are one value: text, number, switch or word.</summary>
    public static bool IsLeaf(Type type) =>
        type.IsEnum || type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(double);

    /// <summary>True for nodes that are text for a string key.</summary>
    public static bool IsText(ConfigurationNode node) => node.Kind is ConfigurationNodeKind.String or ConfigurationNodeKind.EnvironmentText;

    /// <summary>Converts a leaf. Text from the environment is parsed by the target type; text from a file must have the right JSON type.</summary>
    public static bool TryConvert(Type type, ConfigurationNode node, out object? value)
    {
        var environment = node.Kind == ConfigurationNodeKind.EnvironmentText;
        var text = environment && type != typeof(string) ? node.Text.Trim() : node.Text;
        value = null;
        if (type == typeof(string))
            value = IsText(node) ? text : null;
        else if (type.IsEnum)
            return IsText(node) && ConfigurationWords.TryParse(type, text, out value);
        else if (type == typeof(bool))
            value = node.Kind == ConfigurationNodeKind.Boolean || environment ? ParseSwitch(text) : null;
        else if (node.Kind != ConfigurationNodeKind.Number && !environment)
            return false;
        else if (type == typeof(double))
            value = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) ? real : null;
        // 1e3 and 16000.0 are whole numbers too.
        else if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var whole) && whole == decimal.Truncate(whole))
            value = type == typeof(int)
                ? whole is >= int.MinValue and <= int.MaxValue ? (int)whole : null
                : whole is >= long.MinValue and <= long.MaxValue ? (object)(long)whole : null;
        return value is not null;
    }

    /// <summary>The message for a leaf that did not convert.</summary>
    public static string Refusal(Type type, ConfigurationNode node)
    {
        var nearest = type.IsEnum && IsText(node) ? NearestName.Find(node.Text, ConfigurationWords.Of(type)) : null;
        return $"{node.Describe()} is not allowed; expected {Expected(type)}{(nearest is null ? "" : $"; did you mean \"{nearest}\"?")}";
    }

    /// <summary>What a key of this type accepts, in words.</summary>
    public static string Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? $"one of {string.Join(", ", ConfigurationWords.Of(type))}"
            : type == typeof(string) ? "text in quotes"
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) ? "a number"
            : typeof(System.Collections.IList).IsAssignableFrom(type) ? "a list [ ... ]"
            : typeof(IShorthandSection).IsAssignableFrom(type) ? "text in quotes or an object { ... }"
            : "an object { ... }";
    }

    /// <summary>The value as it would be written in JSON.</summary>
    public static string Format(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        Enum word => $"\"{ConfigurationWords.Format(word)}\"",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static object? ParseSwitch(string text) => text.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        _ => null,
    };
}
