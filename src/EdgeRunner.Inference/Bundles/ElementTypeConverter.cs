using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Bundles;

/// <summary>An element type by its name.</summary>
internal sealed class ElementTypeConverter : JsonConverter<TensorElementType>
{
    public override TensorElementType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return TensorElementTypes.TryParse(name, out var type)
            ? type
            : throw new JsonException($"an element type is one of {string.Join(", ", ElementTypeNames.All)}");
    }

    public override void Write(Utf8JsonWriter writer, TensorElementType value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Format());
}
