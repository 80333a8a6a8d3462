using System.Buffers;
using System.Globalization;
using System.Text;

namespace EdgeRunner.Trust.Json;

/// <summary>The bytes that signatures and key ids are made over: canonical JSON in the OLPC dialect.</summary>
/// <remarks>No white space, names sorted by code point, whole numbers only, and in strings only <c>"</c> and <c>\</c> are escaped: a line break
/// of a PEM key stands there raw. So the result is not always JSON, and is never written to a file. It is no format to send either: a lone surrogate, which
/// the parser refuses and a caller should never make, has no bytes.</remarks>
/// <seealso href="https://wiki.laptop.org/go/Canonical_JSON"/>
public static class CanonicalJson
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Encodes a tree.</summary>
    /// <exception cref="EncoderFallbackException">A string has a lone surrogate; nothing that was parsed has.</exception>
    public static byte[] Encode(JsonTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var output = new ArrayBufferWriter<byte>(1024);
        Write(tree, output);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(JsonTree tree, ArrayBufferWriter<byte> output)
    {
        switch (tree.Kind)
        {
            case JsonKind.Null:
                output.Write("null"u8);
                break;
            case JsonKind.Boolean:
                output.Write(tree.Boolean ? "true"u8 : "false"u8);
                break;
            case JsonKind.Integer:
                Span<byte> digits = stackalloc byte[20]; // long.MinValue
                tree.Integer.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
                output.Write(digits[..length]);
                break;
            case JsonKind.Text:
                Write(tree.Text, output);
                break;
            case JsonKind.Array:
                WriteArray(tree.Items, output);
                break;
            default:
                WriteObject(tree.Members, output);
                break;
        }
    }

    private static void WriteArray(IReadOnlyList<JsonTree> items, ArrayBufferWriter<byte> output)
    {
        output.Write("["u8);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }
            Write(items[i], output);
        }
        output.Write("]"u8);
    }

    private static void WriteObject(IReadOnlyDictionary<string, JsonTree> members, ArrayBufferWriter<byte> output)
    {
        var names = members.Keys.ToArray();
        Array.Sort(names, CodePointComparer.Instance);
        output.Write("{"u8);
        for (var i = 0; i < names.Length; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }
            Write(names[i], output);
            output.Write(":"u8);
            Write(members[names[i]], output);
        }
        output.Write("}"u8);
    }

    private static void Write(string text, ArrayBufferWriter<byte> output)
    {
        output.Write("\""u8);
        var rest = text.AsSpan();
        while (rest.IndexOfAny('"', '\\') is >= 0 and var at)
        {
            Utf8.GetBytes(rest[..at], output);
            output.Write(rest[at] == '"' ? "\\\""u8 : "\\\\"u8);
            rest = rest[(at + 1)..];
        }
        Utf8.GetBytes(rest, output);
        output.Write("\""u8);
    }
}
