using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles;

/// <summary>A version as a JSON string.</summary>
internal sealed class SemanticVersionConverter : JsonConverter<SemanticVersion>
{
    public override SemanticVersion Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return SemanticVersion.TryParse(text, out var version, out var problem) ? version : throw new JsonException(problem);
    }

    public override void Write(Utf8JsonWriter writer, SemanticVersion value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
