using System.Text.Json.Serialization.Metadata;
using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Tests.Configuration;

/// <summary>docs/configuration.md has one table per section with a row <c>| `key` | default | accepted | meaning |</c>.</summary>
public class ConfigurationDocumentTests
{
    [Fact]
    public void Every_key_is_in_the_document_with_its_default_and_its_accepted_values()
    {
        var sections = Sections();
        List<string> missing = [];
        Visit(typeof(DeviceConfiguration), "", sections, missing);
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    private static void Visit(Type type, string path, Dictionary<string, string[]> sections, List<string> missing)
    {
        var info = ConfigurationJsonContext.Default.GetTypeInfo(type)!;
        if (info.PolymorphismOptions is { } polymorphism)
        {
            foreach (var derived in polymorphism.DerivedTypes)
                Visit(derived.DerivedType, $"{path} ({derived.TypeDiscriminator})", sections, missing);
            return;
        }

        if (info.Kind == JsonTypeInfoKind.Dictionary)
        {
            if (!ConfigurationValue.IsLeaf(type.GetGenericArguments()[1]))
                Visit(type.GetGenericArguments()[1], $"{path}.NAME", sections, missing);
            return;
        }

        if (info.Kind != JsonTypeInfoKind.Object)
            return;
        var instance = info.CreateObject!();
        var check = new SectionCheck(null, path, "");
        (instance as ICheckedSection)?.Check(check);
        foreach (var property in info.Properties.Where(property => property.Set is not null))
        {
            var key = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            var leaf = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (!ConfigurationValue.IsLeaf(leaf) && ConfigurationJsonContext.Default.GetTypeInfo(leaf)!.Kind is not JsonTypeInfoKind.Enumerable)
                Visit(leaf, key, sections, missing);
            if (path.Length == 0)
                continue;
            var row = sections.GetValueOrDefault(path, []).FirstOrDefault(line => line.StartsWith($"| `{property.Name}` |", StringComparison.Ordinal));
            if (row is null)
            {
                missing.Add($"{key} has no row under a heading `{path}`");
                continue;
            }

            if (ConfigurationValue.IsLeaf(leaf) && !row.Contains($"`{ConfigurationValue.Format(property.Get!(instance))}`", StringComparison.Ordinal))
                missing.Add($"{key} has the default {ConfigurationValue.Format(property.Get!(instance))}");
            if (check.Accepted.TryGetValue(property.Name, out var accepted) && char.IsAsciiDigit(accepted[^1]) && !row.Contains(accepted, StringComparison.Ordinal))
                missing.Add($"{key} accepts {accepted}");
            if (leaf.IsEnum)
                missing.AddRange(ConfigurationWords.Of(leaf).Where(word => !row.Contains($"`{word}`", StringComparison.Ordinal)).Select(word => $"{key} accepts {word}"));
        }
    }

    private static Dictionary<string, string[]> Sections()
    {
        var text = File.ReadAllText(Path.Combine(Root(), "docs", "configuration.md"));
        return text.Split("\n## ").Skip(1).Where(section => section.StartsWith('`')).ToDictionary(
            section => section[1..section.IndexOf('`', 1)], section => section.Split('\n'), StringComparer.Ordinal);
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "EdgeRunner.sln")))
            directory = directory.Parent;
        return directory.FullName;
    }
}
