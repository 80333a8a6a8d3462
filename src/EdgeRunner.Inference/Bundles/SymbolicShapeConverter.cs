using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles;

/// <summary>A shape of numbers and names; a plain list where there are only numbers.</summary>
internal sealed class SymbolicShapeConverter : JsonConverter<IReadOnlyList<long>>
{
    /// <summary>Stands for a named dimension until the manifest's <c>dimensions</c> are known.</summary>
    private const long Unknown = 1;

    public override IReadOnlyList<long> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("a shape is a list [...]");
        }
        var (sizes, symbols) = (new List<long>(), new List<string?>());
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var isName = reader.TokenType == JsonTokenType.String;
            symbols.Add(isName ? reader.GetString() : null);
            sizes.Add(isName ? Unknown : reader.GetInt64());
        }
        return symbols.TrueForAll(symbol => symbol is null) ? sizes : new SymbolicShape([.. sizes], symbols);
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<long> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        for (var i = 0; i < value.Count; i++)
        {
            if ((value as SymbolicShape)?.Symbols[i] is { } symbol)
            {
                writer.WriteStringValue(symbol);
            }
            else
            {
                writer.WriteNumberValue(value[i]);
            }
        }
        writer.WriteEndArray();
    }
}
