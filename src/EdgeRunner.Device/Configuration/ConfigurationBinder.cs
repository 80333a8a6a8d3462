using System.Collections;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace EdgeRunner.Device.Configuration;

/// <summary>Turns a merged tree into typed sections, collecting every error instead of stopping at the first. Walks the source-generated
/// <see cref="JsonTypeInfo"/>, so the AOT binary needs no reflection.</summary>
/// <remarks>A key with an error keeps its default, so one bad key costs one key. Who must not run on a half-right section (a pipeline, a
/// broker connection without its TLS) is decided by <see cref="ConfigurationLoader"/>.</remarks>
internal sealed class ConfigurationBinder(JsonSerializerContext context)
{
    private string? _pipeline;

    /// <summary>Errors in the order found.</summary>
    public List<ConfigurationError> Errors { get; } = [];

    /// <summary>Binds a whole configuration.</summary>
    public DeviceConfiguration Bind(ConfigurationNode root) =>
        (DeviceConfiguration)BindObject(TypeInfo(typeof(DeviceConfiguration)), root, "", "")!;

    private JsonTypeInfo TypeInfo(Type type) => context.GetTypeInfo(type) ?? throw new InvalidOperationException($"{type} is not in the JSON context");

    private object? BindObject(JsonTypeInfo info, ConfigurationNode node, string path, string name)
    {
        if (info.PolymorphismOptions is { } polymorphism)
        {
            if (SelectKind(polymorphism, node, path) is not { } derived)
                return null;
            info = TypeInfo(derived);
        }

        var target = info.CreateObject!();
        var untouched = info.CreateObject();
        List<(string Key, ConfigurationError Error)> errors = [];
        foreach (var (key, member) in node.Members)
        {
            var property = Find(info, key);
            if (property is not null)
                BindProperty(property, target, member, Join(path, key), errors);
            else if (key is not ConfigurationKeys.Kind || !ConfigurationKeys.IsDerived(info.Type))
                Report(ConfigurationKeys.Unknown(member.Origin, Join(path, key), key, KnownKeys(info)));
        }

        var check = new SectionCheck(node, path, name);
        (target as ICheckedSection)?.Check(check);
        foreach (var (key, error) in errors)
            Report(check.Accepted.TryGetValue(key, out var accepted) ? error with { Message = $"{error.Message}, {accepted}" } : error);
        foreach (var (key, error) in check.Errors)
        {
            Report(error);
            if (Find(info, key) is { Get: not null, Set: not null } property)
                property.Set(target, property.Get(untouched));
        }

        // What stands in the file no longer counts there: "show" must not name the file as the origin of a default.
        foreach (var (key, _) in errors.Concat(check.Errors))
            node.Members.Remove(key);

        return target;
    }

    private void BindProperty(JsonPropertyInfo property, object target, ConfigurationNode node, string path, List<(string, ConfigurationError)> errors)
    {
        if (node is { Kind: ConfigurationNodeKind.EnvironmentText, Text: "null" })
            node = new ConfigurationNode(ConfigurationNodeKind.Null, node.Origin);
        if (node.Kind == ConfigurationNodeKind.Null)
        {
            if (property.IsSetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null)
                property.Set!(target, null);
            else
                errors.Add((property.Name, new ConfigurationError(node.Origin, path, $"null is not allowed; expected {ConfigurationValue.Expected(property.PropertyType)}")));
            return;
        }

        var before = errors.Count;
        if (Convert(property.PropertyType, node, path, path, property.Name, errors) is { } value && errors.Count == before)
            property.Set!(target, value);
    }

    /// <summary>The value of a node as <paramref name="type"/>, or null after an error was added or reported.</summary>
    private object? Convert(Type type, ConfigurationNode node, string path, string name, string key, List<(string, ConfigurationError)> errors)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (ConfigurationValue.IsLeaf(type))
        {
            if (ConfigurationValue.TryConvert(type, node, out var value))
                return value;
            errors.Add((key, new ConfigurationError(node.Origin, path, ConfigurationValue.Refusal(type, node))));
            return null;
        }

        var info = TypeInfo(type);
        if (node.Kind == ConfigurationNodeKind.EnvironmentText && node.Text.AsSpan().TrimStart() is ['{' or '[', ..])
        {
            if (EnvironmentOverlay.ParseJson(node) is not { } parsed)
            {
                errors.Add((key, new ConfigurationError(node.Origin, path, $"{node.Describe()} is not valid JSON")));
                return null;
            }

            node = parsed;
        }

        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object when node.Kind == ConfigurationNodeKind.Object:
                return BindObject(info, node, path, name);
            case JsonTypeInfoKind.Object when ConfigurationValue.IsText(node) && info.CreateObject?.Invoke() is IShorthandSection shorthand:
                shorthand.SetShorthand(node.Text);
                var check = new SectionCheck(null, path, name);
                (shorthand as ICheckedSection)?.Check(check);
                foreach (var (_, error) in check.Errors)
                    Report(error with { Origin = node.Origin, Key = path });
                return shorthand;
            case JsonTypeInfoKind.Dictionary when node.Kind == ConfigurationNodeKind.Object:
                return BindMap(info, node, path);
            case JsonTypeInfoKind.Enumerable when node.Kind == ConfigurationNodeKind.Array:
                return BindList(info, node, path, key, errors);
            default:
                errors.Add((key, new ConfigurationError(node.Origin, path, $"{node.Describe()} is not allowed; expected {ConfigurationValue.Expected(type)}")));
                return null;
        }
    }

    private IDictionary BindMap(JsonTypeInfo info, ConfigurationNode node, string path)
    {
        var map = (IDictionary)info.CreateObject!();
        var elementType = info.Type.GetGenericArguments()[1];
        foreach (var (key, member) in node.Members)
        {
            List<(string, ConfigurationError)> own = [];
            if (elementType == typeof(PipelineOptions))
                _pipeline = key;
            if (Convert(elementType, member, Join(path, key), key, "", own) is { } value)
                map[key] = value;
            foreach (var (_, error) in own)
                Report(error);
            if (elementType == typeof(PipelineOptions))
                _pipeline = null;
        }

        return map;
    }

    private IList BindList(JsonTypeInfo info, ConfigurationNode node, string path, string key, List<(string, ConfigurationError)> errors)
    {
        var list = (IList)info.CreateObject!();
        var elementType = info.Type.GetGenericArguments()[0];
        for (var i = 0; i < node.Items.Count; i++)
        {
            var item = node.Items[i];
            // A list of texts may hold bare numbers: columns by index, arguments such as 16000.
            if (elementType == typeof(string) && item.Kind == ConfigurationNodeKind.Number)
                item = new ConfigurationNode(ConfigurationNodeKind.String, item.Origin, item.Text);
            if (Convert(elementType, item, $"{path}[{i}]", "", key, errors) is { } value)
                list.Add(value);
        }

        return list;
    }

    private Type? SelectKind(JsonPolymorphismOptions polymorphism, ConfigurationNode node, string path)
    {
        var kinds = polymorphism.DerivedTypes.Select(type => (string)type.TypeDiscriminator!).ToArray();
        if (!node.Members.TryGetValue(ConfigurationKeys.Kind, out var kind))
        {
            Report(new ConfigurationError(node.Origin, Join(path, ConfigurationKeys.Kind), $"is missing; expected one of {string.Join(", ", kinds)}"));
            return null;
        }

        foreach (var type in polymorphism.DerivedTypes)
        {
            if (ConfigurationValue.IsText(kind) && string.Equals(kind.Text, (string)type.TypeDiscriminator!, StringComparison.Ordinal))
                return type.DerivedType;
        }

        Report(new ConfigurationError(kind.Origin, Join(path, ConfigurationKeys.Kind), $"{kind.Describe()} is not allowed; expected one of {string.Join(", ", kinds)}"));
        return null;
    }

    private void Report(ConfigurationError error) => Errors.Add(error with { Pipeline = _pipeline });

    private static JsonPropertyInfo? Find(JsonTypeInfo info, string key)
    {
        foreach (var property in info.Properties)
        {
            if (string.Equals(property.Name, key, StringComparison.Ordinal) && property.Set is not null)
                return property;
        }

        return null;
    }

    private static IEnumerable<string> KnownKeys(JsonTypeInfo info) =>
        info.Properties.Where(property => property.Set is not null).Select(property => property.Name);

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
