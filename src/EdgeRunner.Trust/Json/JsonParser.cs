using System.Text.Json;
using System.Text.Unicode;

namespace EdgeRunner.Trust.Json;

/// <summary>Reads JSON that may come from an attacker: strict, bounded, and failing only with <see cref="JsonFormatException"/>.</summary>
/// <remarks>Stricter than RFC 8259 where readers differ, because a file that two readers understand differently is a way in: no name twice, no
/// invalid UTF-8, no lone surrogates, no fractions or exponents, no number beyond 64 bits, no comments. White space may follow the
/// value.</remarks>
public static class JsonParser
{
    /// <summary>Objects and arrays inside each other. TUF metadata needs 6; the rest is for <c>custom</c>.</summary>
    public const int MaxDepth = 32;

    /// <summary>Values in one file. A role of 1 MiB, the largest we take, has about 60 000 (a target has 7 values in 130 bytes or more); a file
    /// of nothing but <c>[[],[],</c> would have 350 000, at 40 bytes of memory each.</summary>
    public const int MaxValues = 131_072;

    private static readonly JsonReaderOptions Options = new()
    {
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = MaxDepth,
    };

    /// <summary>Reads one value.</summary>
    /// <exception cref="JsonFormatException">It is not well-formed or beyond a bound.</exception>
    public static JsonTree Parse(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new JsonFormatException("it is not UTF-8", 0);
        }
        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            reader.Read();
            var values = 0;
            var tree = ReadValue(ref reader, ref values);
            reader.Read(); // throws when something other than white space follows
            return tree;
        }
        catch (JsonException e)
        {
            throw new JsonFormatException($"it is not JSON: {e.Message}", reader.BytesConsumed, e);
        }
        catch (InvalidOperationException e)
        {
            // What Utf8JsonReader throws for an escape that is half of a surrogate pair.
            throw new JsonFormatException($"a string at byte {reader.TokenStartIndex} is not Unicode text", reader.TokenStartIndex, e);
        }
    }

    private static JsonTree ReadValue(ref Utf8JsonReader reader, ref int values)
    {
        if (++values > MaxValues)
        {
            throw new JsonFormatException($"it has more than {MaxValues} values", reader.TokenStartIndex);
        }
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, ref values);
            case JsonTokenType.StartArray:
                return ReadArray(ref reader, ref values);
            case JsonTokenType.String:
                return JsonTree.Of(reader.GetString()!);
            case JsonTokenType.Number when reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0 && reader.TryGetInt64(out var number):
                return JsonTree.Of(number);
            case JsonTokenType.Number:
                throw new JsonFormatException($"the number at byte {reader.TokenStartIndex} is not a whole number of 64 bits", reader.TokenStartIndex);
            case JsonTokenType.True:
                return JsonTree.True;
            case JsonTokenType.False:
                return JsonTree.False;
            case JsonTokenType.Null:
                return JsonTree.Null;
            default:
                throw new JsonFormatException($"a value is missing at byte {reader.TokenStartIndex}", reader.TokenStartIndex);
        }
    }

    private static JsonTree ReadObject(ref Utf8JsonReader reader, ref int values)
    {
        var members = new Dictionary<string, JsonTree>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var position = reader.TokenStartIndex;
            var name = reader.GetString()!;
            reader.Read();
            if (!members.TryAdd(name, ReadValue(ref reader, ref values)))
            {
                throw new JsonFormatException($"the name \"{Shorten(name)}\" at byte {position} is there twice in one object", position);
            }
        }
        return JsonTree.Of(members);
    }

    private static JsonTree ReadArray(ref Utf8JsonReader reader, ref int values)
    {
        var items = new List<JsonTree>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ReadValue(ref reader, ref values));
        }
        return JsonTree.Of(items);
    }

    private static string Shorten(string name) => name.Length <= 64 ? name : name[..64] + "…";
}
