using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Bundles;

/// <summary>Compares a JSON document with the source-generated contract it is about to be read into, and says everything that is
/// wrong at once: unknown members with the nearest known one, duplicates, missing members, wrong kinds of value. The serializer
/// itself stops at the first problem, does not see duplicates and does not name the value.</summary>
internal sealed class JsonShapeChecker(JsonSerializerOptions options)
{
    /// <summary>Problems listed at most; the rest of a file that is not a manifest at all would only be noise.</summary>
    private const int MaxProblems = 20;

    /// <summary>Characters of a wrong value that are shown.</summary>
    private const int MaxShownValue = 60;

    private readonly List<string> _problems = [];

    internal IReadOnlyList<string> Problems => _problems;

    internal void Check(JsonElement element, Type type, string path)
    {
        if (_problems.Count >= MaxProblems)
        {
            return;
        }
        var target = Nullable.GetUnderlyingType(type) ?? type;
        if (target == typeof(JsonElement))
        {
            return;
        }
        var contract = options.GetTypeInfo(target);
        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Object: CheckObject(element, contract, path); break;
            case JsonTypeInfoKind.Enumerable: CheckArray(element, contract, path); break;
            case JsonTypeInfoKind.Dictionary: CheckDictionary(element, contract, path); break;
            default: CheckValue(element, target, path); break;
        }
    }

    private void CheckObject(JsonElement element, JsonTypeInfo contract, string path)
    {
        if (!Expect(element, JsonValueKind.Object, path, "an object {...}"))
        {
            return;
        }
        var discriminator = contract.PolymorphismOptions?.TypeDiscriminatorPropertyName;
        if (discriminator is not null && !TryResolveKind(element, ref contract, discriminator, path))
        {
            return;
        }
        var known = contract.Properties.Where(p => p.Get is not null || p.Set is not null || p.AssociatedParameter is not null).ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (!seen.Add(member.Name))
            {
                Add($"{path}.{member.Name}", "is there twice; keep one");
            }
            else if (string.Equals(member.Name, discriminator, StringComparison.Ordinal))
            {
                continue;
            }
            else if (known.Find(p => string.Equals(p.Name, member.Name, StringComparison.Ordinal)) is { } property)
            {
                if (property.CustomConverter is SymbolicShapeConverter)
                {
                    CheckShape(member.Value, $"{path}.{member.Name}");
                    continue;
                }
                Check(member.Value, property.PropertyType, $"{path}.{member.Name}");
            }
            else
            {
                var names = known.Select(p => p.Name);
                Add($"{path}.{member.Name}", $"is not known here{NearestName.Hint(member.Name, names)}; known are {string.Join(", ", names)}");
            }
        }
        foreach (var property in known.Where(p => p.IsRequired && !seen.Contains(p.Name)))
        {
            Add($"{path}.{property.Name}", $"is missing; it must be {Describe(property.PropertyType)}");
        }
    }

    private void CheckShape(JsonElement element, string path)
    {
        if (!Expect(element, JsonValueKind.Array, path, "a list [...]"))
        {
            return;
        }
        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            // "576" is a number in quotes far more often than a name.
            var isName = item.ValueKind == JsonValueKind.String && item.GetString() is [var first, ..] && (char.IsAsciiLetter(first) || first == '_');
            if (!isName && !(item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out _)))
            {
                Add($"{path}[{index}]", $"{Show(item)} is not a whole number or the name of a dimension");
            }
            index++;
        }
    }

    private bool TryResolveKind(JsonElement element, ref JsonTypeInfo contract, string discriminator, string path)
    {
        var kinds = contract.PolymorphismOptions!.DerivedTypes;
        var names = string.Join(", ", kinds.Select(k => $"\"{k.TypeDiscriminator}\""));
        if (!element.TryGetProperty(discriminator, out var value))
        {
            Add($"{path}.{discriminator}", $"is missing; it must be one of {names}");
            return false;
        }
        var kind = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        foreach (var candidate in kinds)
        {
            if (candidate.TypeDiscriminator is string name && string.Equals(name, kind, StringComparison.Ordinal))
            {
                contract = options.GetTypeInfo(candidate.DerivedType);
                return true;
            }
        }
        Add($"{path}.{discriminator}", $"{Show(value)} is not known; it must be one of {names}");
        return false;
    }

    private void CheckArray(JsonElement element, JsonTypeInfo contract, string path)
    {
        if (!Expect(element, JsonValueKind.Array, path, "a list [...]"))
        {
            return;
        }
        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            Check(item, contract.ElementType!, $"{path}[{index++}]");
        }
    }

    private void CheckDictionary(JsonElement element, JsonTypeInfo contract, string path)
    {
        if (!Expect(element, JsonValueKind.Object, path, "an object {...}"))
        {
            return;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (!seen.Add(member.Name))
            {
                Add($"{path}.{member.Name}", "is there twice; keep one");
            }
            Check(member.Value, contract.ElementType!, $"{path}.{member.Name}");
        }
    }

    private void CheckValue(JsonElement element, Type type, string path)
    {
        if (type == typeof(SemanticVersion))
        {
            if (Expect(element, JsonValueKind.String, path, Describe(type)) && !SemanticVersion.TryParse(element.GetString(), out _, out var problem))
            {
                Add(path, $"{Show(element)} is not a semantic version: {problem}");
            }
            return;
        }
        if (type == typeof(TensorElementType))
        {
            if (Expect(element, JsonValueKind.String, path, Describe(type)) && !TensorElementTypes.TryParse(element.GetString(), out _))
            {
                var names = ElementTypeNames.All;
                Add(path, $"{Show(element)} is not an element type{NearestName.Hint(element.GetString()!, names)}; known are {string.Join(", ", names)}");
            }
            return;
        }
        if (type.IsEnum)
        {
            var names = ChoiceNames(type);
            if (Expect(element, JsonValueKind.String, path, Describe(type)) && !names.Contains(element.GetString(), StringComparer.Ordinal))
            {
                Add(path, $"{Show(element)} is not known{NearestName.Hint(element.GetString()!, names)}; it must be {Describe(type)}");
            }
            return;
        }
        var fits = type == typeof(string) ? element.ValueKind == JsonValueKind.String && element.GetString() is not null
            : type == typeof(bool) ? element.ValueKind is JsonValueKind.True or JsonValueKind.False
            : element.ValueKind == JsonValueKind.Number && (type == typeof(int) ? element.TryGetInt32(out _)
                : type == typeof(long) ? element.TryGetInt64(out _) : element.TryGetDouble(out var number) && double.IsFinite(number));
        if (!fits)
        {
            Add(path, $"{Show(element)} is not {Describe(type)}");
        }
    }

    private bool Expect(JsonElement element, JsonValueKind kind, string path, string expected)
    {
        if (element.ValueKind == kind)
        {
            return true;
        }
        Add(path, $"{Show(element)} is not {expected}");
        return false;
    }

    private string Describe(Type type)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        return target == typeof(SemanticVersion) ? "a version such as \"1.2.3\""
            : target == typeof(TensorElementType) ? "an element type such as \"float32\""
            : target.IsEnum ? $"one of {string.Join(", ", ChoiceNames(target).Select(name => $"\"{name}\""))}"
            : target == typeof(string) ? "a string"
            : target == typeof(bool) ? "true or false"
            : target == typeof(int) ? "a whole number"
            : target == typeof(long) ? "a whole number"
            : target == typeof(double) ? "a number"
            : options.GetTypeInfo(target).Kind == JsonTypeInfoKind.Enumerable ? "a list [...]" : "an object {...}";
    }

    /// <summary>As <see cref="KebabCaseEnumConverter{T}"/> writes them.</summary>
    private static string[] ChoiceNames(Type type) => Array.ConvertAll(Enum.GetNames(type), JsonNamingPolicy.KebabCaseLower.ConvertName);

    private static string Show(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return "null (leave the member out instead)";
        }
        var text = element.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= MaxShownValue ? text : string.Concat(text.AsSpan(0, MaxShownValue), "...");
    }

    private void Add(string path, string problem) => _problems.Add($"{path}: {problem}");
}
