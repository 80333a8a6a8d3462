using System.Collections;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace EdgeRunner.Device.Configuration;

/// <summary>The text of <c>config check</c> and <c>config show</c>.</summary>
internal sealed partial class ConfigurationReport
{
    private const string Mask = "\"***\"";

    private readonly JsonSerializerContext _context;
    private readonly List<ConfigurationEntry> _entries = [];

    /// <summary>Collects the effective values of <paramref name="configuration"/>.</summary>
    /// <param name="context">The type tree.</param>
    /// <param name="configuration">With its broken pipelines still in it, so that they can be shown.</param>
    /// <param name="root">The merged tree, for origins.</param>
    /// <param name="errors">For <see cref="WriteErrors"/>.</param>
    public ConfigurationReport(JsonSerializerContext context, DeviceConfiguration configuration, ConfigurationNode root, IReadOnlyList<ConfigurationError> errors)
    {
        _context = context;
        Errors = errors;
        AddObject(configuration, root, "");
    }

    /// <summary>Effective values, secrets masked, in the order of the type tree.</summary>
    public IReadOnlyList<ConfigurationEntry> Entries => _entries;

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; }

    /// <summary><c>key = value   # origin</c>, one line each.</summary>
    public void WriteEntries(TextWriter writer)
    {
        foreach (var (key, value, origin) in _entries)
            writer.WriteLine($"{key} = {value}   # {origin}");
    }

    /// <summary>One error a line; nothing when there is none.</summary>
    public void WriteErrors(TextWriter writer)
    {
        foreach (var error in Errors)
            writer.WriteLine(error);
    }

    /// <summary>The value with what must stay secret replaced.</summary>
    internal static string Masked(string key, string value) =>
        ConfigurationKeys.IsSecret(key) && value is not "null" ? Mask : CredentialsInUrl().Replace(value, "://***@");

    private void AddObject(object instance, ConfigurationNode? node, string path)
    {
        var info = _context.GetTypeInfo(instance.GetType())!;
        if (ConfigurationKeys.IsDerived(info.Type) && Member(node, ConfigurationKeys.Kind) is { } kind)
            _entries.Add(new ConfigurationEntry(Join(path, ConfigurationKeys.Kind), kind.Describe(), kind.Origin));
        foreach (var property in info.Properties)
        {
            if (property is { Get: not null, Set: not null })
                Add(property.Get(instance), Member(node, property.Name), Join(path, property.Name), property.Name);
        }
    }

    private void Add(object? value, ConfigurationNode? node, string path, string key)
    {
        var origin = node?.Origin ?? ConfigurationOrigin.Default;
        switch (value)
        {
            case null or string or ValueType:
                _entries.Add(new ConfigurationEntry(path, Masked(key, ConfigurationValue.Format(value)), origin));
                break;
            case IDictionary map:
                foreach (DictionaryEntry entry in map)
                    Add(entry.Value, Member(node, (string)entry.Key), Join(path, (string)entry.Key), (string)entry.Key);
                break;
            case IList list:
                var items = list.Cast<object?>().Select(ConfigurationValue.Format);
                _entries.Add(new ConfigurationEntry(path, Masked(key, $"[{string.Join(", ", items)}]"), origin));
                break;
            case IShorthandSection when node is not null && ConfigurationValue.IsText(node):
                _entries.Add(new ConfigurationEntry(path, Masked(key, $"\"{node.Text}\""), origin));
                break;
            default:
                AddObject(value, node, path);
                break;
        }
    }

    private static ConfigurationNode? Member(ConfigurationNode? node, string key) =>
        node is not null && node.Members.TryGetValue(key, out var member) ? member : null;

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    [GeneratedRegex(@"://[^/@\s""]+@", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CredentialsInUrl();
}
