using System.Collections;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace EdgeRunner.Device.Configuration;

/// <summary>Lays <c>EDGERUNNER__Section__Key=value</c> over the tree. Segments match keys without regard to case, and <c>_</c> matches
/// <c>-</c>, because systemd allows neither case nor hyphen to be relied on in variable names.</summary>
internal sealed class EnvironmentOverlay(JsonSerializerContext context)
{
    /// <summary>What every variable of the configuration begins with.</summary>
    public const string Prefix = "EDGERUNNER__";

    private const string Separator = "__";

    /// <summary>Applies all variables in the order of their names, so that the result does not depend on the order of the process's block.</summary>
    /// <param name="root">The merged files.</param>
    /// <param name="environment">Names and values; others than ours are ignored.</param>
    /// <param name="directory">Against what relative paths in values resolve: the working directory.</param>
    public void Apply(ConfigurationNode root, IDictionary environment, string directory)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in environment)
        {
            if (entry.Key is string name && name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && entry.Value is string value)
                variables[name] = value;
        }

        foreach (var (name, value) in variables)
        {
            var leaf = new ConfigurationNode(ConfigurationNodeKind.EnvironmentText, new ConfigurationOrigin($"environment {name}", 0, directory), value);
            Set(root, context.GetTypeInfo(typeof(DeviceConfiguration)), name[Prefix.Length..].Split(Separator), leaf);
        }
    }

    /// <summary>The JSON object or list in an environment value, each node with that origin; null when it is not JSON.</summary>
    public static ConfigurationNode? ParseJson(ConfigurationNode node)
    {
        try
        {
            // Wrapped, so that a list is accepted where a file must be an object.
            var parsed = ConfigurationFileReader.Parse(Encoding.UTF8.GetBytes($"{{\"value\":{node.Text}}}"), node.Origin.Source);
            return parsed.Members.Count == 1 ? WithOrigin(parsed.Members["value"], node.Origin) : null;
        }
        catch (ConfigurationSyntaxException)
        {
            return null;
        }
    }

    private static ConfigurationNode WithOrigin(ConfigurationNode node, ConfigurationOrigin origin)
    {
        var copy = new ConfigurationNode(node.Kind, origin, node.Text);
        foreach (var (key, member) in node.Members)
            copy.Members.Add(key, WithOrigin(member, origin));
        copy.Items.AddRange(node.Items.Select(item => WithOrigin(item, origin)));
        return copy;
    }

    private void Set(ConfigurationNode node, JsonTypeInfo? info, ReadOnlySpan<string> segments, ConfigurationNode leaf)
    {
        while (true)
        {
            var key = Resolve(node, info, segments[0], out var childType);
            if (segments.Length == 1)
            {
                node.Members[key] = leaf;
                return;
            }

            if (!node.Members.TryGetValue(key, out var child) || child.Kind != ConfigurationNodeKind.Object)
            {
                // A string that stands for an object ("model": "name") or a wrong type gives way to the object the variable speaks of.
                child = new ConfigurationNode(ConfigurationNodeKind.Object, leaf.Origin);
                node.Members[key] = child;
            }

            node = child;
            info = childType is null ? null : context.GetTypeInfo(childType);
            segments = segments[1..];
        }
    }

    private string Resolve(ConfigurationNode node, JsonTypeInfo? info, string segment, out Type? childType)
    {
        foreach (var (name, type) in Candidates(info))
        {
            if (Matches(name, segment))
            {
                childType = type;
                return name;
            }
        }

        childType = info is { Kind: JsonTypeInfoKind.Dictionary } ? info.Type.GetGenericArguments()[1] : null;
        foreach (var key in node.Members.Keys)
        {
            if (Matches(key, segment))
                return key;
        }

        // A new name of a map keeps its case; an unknown key is shown in the form keys have.
        return info is { Kind: JsonTypeInfoKind.Dictionary } ? segment : JsonNamingPolicy.CamelCase.ConvertName(segment);
    }

    private IEnumerable<(string Name, Type? Type)> Candidates(JsonTypeInfo? info)
    {
        if (info is not { Kind: JsonTypeInfoKind.Object })
            yield break;
        if (info.PolymorphismOptions is { } polymorphism)
        {
            yield return (ConfigurationKeys.Kind, null);
            foreach (var derived in polymorphism.DerivedTypes)
            {
                foreach (var property in context.GetTypeInfo(derived.DerivedType)?.Properties ?? [])
                    yield return (property.Name, property.PropertyType);
            }
        }

        foreach (var property in info.Properties)
            yield return (property.Name, property.PropertyType);
    }

    private static bool Matches(string key, string segment)
    {
        if (key.Length != segment.Length)
            return false;
        for (var i = 0; i < key.Length; i++)
        {
            if (Fold(key[i]) != Fold(segment[i]))
                return false;
        }

        return true;
    }

    private static char Fold(char c) => c == '-' ? '_' : char.ToLowerInvariant(c);
}
