using System.Text;
using System.Text.Json;

namespace EdgeRunner.Device.Sensors;

/// <summary>A line of JSON: a number, a list of numbers, or an object whose chosen keys are numbers (<c>true</c> is 1, <c>false</c> 0).</summary>
internal sealed class NdjsonLineParser(List<string>? keys, int channels) : LineParser
{
    private readonly byte[][] _keys = [.. (keys ?? []).Select(Encoding.UTF8.GetBytes)];
    private readonly bool[] _seen = new bool[keys?.Count ?? channels];
    private string _fault = "";

    /// <inheritdoc/>
    public override int Channels => _seen.Length;

    /// <inheritdoc/>
    public override void Reset()
    {
        // Lines do not depend on each other.
    }

    /// <inheritdoc/>
    public override string Complain(ReadOnlySpan<byte> line) => $"{_fault}: {Quote(line)}";

    /// <inheritdoc/>
    public override LineOutcome Parse(ReadOnlySpan<byte> line, Span<float> frame)
    {
        line = line.Trim(" \t\r"u8);
        if (line.IsEmpty)
            return LineOutcome.Skipped;
        // Exceptions are slow; most rubbish is refused by its first byte.
        if (line[0] is not ((byte)'{' or (byte)'[' or (byte)'-' or (byte)'t' or (byte)'f' or (>= (byte)'0' and <= (byte)'9')))
            return Bad("not a JSON number, list or object");
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            var outcome = reader.TokenType switch
            {
                JsonTokenType.StartObject => ParseObject(ref reader, frame),
                JsonTokenType.StartArray => ParseList(ref reader, frame),
                _ => _keys.Length > 0 ? Bad("not an object with the chosen keys")
                    : _seen.Length != 1 ? Bad("one number where a list was expected")
                    : TryGetNumber(ref reader, out frame[0]) ? LineOutcome.Frame : Bad("not a number"),
            };
            // Reads on to the end: text after the value makes the reader throw.
            while (outcome == LineOutcome.Frame && reader.Read())
                continue;
            return outcome;
        }
        catch (JsonException)
        {
            return Bad("not valid JSON");
        }
        catch (InvalidOperationException)
        {
            return Bad("not valid UTF-8");
        }
    }

    private LineOutcome ParseList(ref Utf8JsonReader reader, Span<float> frame)
    {
        if (_keys.Length > 0)
            return Bad("a list where an object with the chosen keys was expected");
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == frame.Length)
                return Bad("more numbers than channels");
            if (!TryGetNumber(ref reader, out frame[count++]))
                return Bad("something other than a number in the list");
        }

        return count == _seen.Length ? LineOutcome.Frame : Bad("fewer numbers than channels");
    }

    private LineOutcome ParseObject(ref Utf8JsonReader reader, Span<float> frame)
    {
        if (_keys.Length == 0)
            return Bad("an object, but columns names no keys");
        _seen.AsSpan().Clear();
        var missing = _keys.Length;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = IndexOfKey(ref reader);
            reader.Read();
            if (key < 0)
            {
                reader.Skip();
                continue;
            }

            if (!TryGetNumber(ref reader, out frame[key]))
                return Bad("a chosen key is not a number");
            if (!_seen[key])
                missing--;
            _seen[key] = true;
        }

        return missing == 0 ? LineOutcome.Frame : Bad("a chosen key is missing");
    }

    private int IndexOfKey(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            if (reader.ValueTextEquals(_keys[i]))
                return i;
        }

        return -1;
    }

    private static bool TryGetNumber(ref Utf8JsonReader reader, out float value)
    {
        value = reader.TokenType == JsonTokenType.True ? 1 : 0;
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False
            || (reader.TokenType == JsonTokenType.Number && reader.TryGetSingle(out value) && float.IsFinite(value));
    }

    private LineOutcome Bad(string fault)
    {
        _fault = fault;
        return LineOutcome.Bad;
    }
}
