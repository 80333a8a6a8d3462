using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EdgeRunner.Trust.Json;

/// <summary>Writes a tree as ordinary JSON: what goes into a file.</summary>
public static class JsonText
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // no HTML is near
        MaxDepth = JsonParser.MaxDepth,
    };

    /// <summary>Indented by one, names sorted by code point, a line break at the end: reads well in a diff, and equal trees give equal
    /// bytes.</summary>
    public static byte[] Write(JsonTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, Options))
        {
            Write(tree, writer);
        }
        output.Write("\n"u8);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(JsonTree tree, Utf8JsonWriter writer)
    {
        switch (tree.Kind)
        {
            case JsonKind.Null:
                writer.WriteNullValue();
                break;
            case JsonKind.Boolean:
                writer.WriteBooleanValue(tree.Boolean);
                break;
            case JsonKind.Integer:
                writer.WriteNumberValue(tree.Integer);
                break;
            case JsonKind.Text:
                writer.WriteStringValue(tree.Text);
                break;
            case JsonKind.Array:
                writer.WriteStartArray();
                foreach (var item in tree.Items)
                {
                    Write(item, writer);
                }
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                foreach (var name in tree.Members.Keys.Order(CodePointComparer.Instance))
                {
                    writer.WritePropertyName(name);
                    Write(tree.Members[name], writer);
                }
                writer.WriteEndObject();
                break;
        }
    }
}
