namespace EdgeRunner.Device.Configuration;

/// <summary>One place of a configuration tree with its origin. Members keep the order of the file.</summary>
internal sealed class ConfigurationNode(ConfigurationNodeKind kind, ConfigurationOrigin origin, string text = "")
{
    /// <summary>Object, array or what kind of value.</summary>
    public ConfigurationNodeKind Kind { get; } = kind;

    /// <summary>Where the node begins.</summary>
    public ConfigurationOrigin Origin { get; } = origin;

    /// <summary>The value as text, without quotes; empty for objects and arrays.</summary>
    public string Text { get; } = text;

    /// <summary>Members of an object; empty for other kinds.</summary>
    public OrderedDictionary<string, ConfigurationNode> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>Items of an array; empty for other kinds.</summary>
    public List<ConfigurationNode> Items { get; } = [];

    /// <summary>Lays <paramref name="over"/> over this object: objects merge member by member, anything else is replaced whole.</summary>
    public void Merge(ConfigurationNode over)
    {
        foreach (var (key, value) in over.Members)
        {
            if (value.Kind == ConfigurationNodeKind.Object && Members.TryGetValue(key, out var own) && own.Kind == ConfigurationNodeKind.Object)
                own.Merge(value);
            else
                Members[key] = value;
        }
    }

    /// <summary>The node as it would be written in JSON, shortened to about 60 characters, for messages.</summary>
    public string Describe()
    {
        var words = Kind switch
        {
            ConfigurationNodeKind.Object => "an object",
            ConfigurationNodeKind.Array => $"a list of {Items.Count}",
            ConfigurationNodeKind.Null => "null",
            ConfigurationNodeKind.String or ConfigurationNodeKind.EnvironmentText => $"\"{Text}\"",
            _ => Text,
        };
        return words.Length <= 60 ? words : string.Concat(words.AsSpan(0, 57), "...");
    }
}
