using System.Globalization;
using System.Text;

namespace EdgeRunner.Device.Sensors;

/// <summary>Reads one line of text as a frame. Good lines allocate nothing.</summary>
internal abstract class LineParser
{
    /// <summary>Values per frame; 0 = not yet known.</summary>
    public abstract int Channels { get; }

    /// <summary>Parses a line without its line feed.</summary>
    /// <param name="line">UTF-8, any bytes.</param>
    /// <param name="frame"><see cref="Channels"/> values.</param>
    public abstract LineOutcome Parse(ReadOnlySpan<byte> line, Span<float> frame);

    /// <summary>Why <paramref name="line"/>, the one just parsed, was bad, in plain words.</summary>
    public abstract string Complain(ReadOnlySpan<byte> line);

    /// <summary>The next line is the first.</summary>
    public abstract void Reset();

    /// <summary>A number in C notation, <c>nan</c> or <c>inf</c>; finite text that overflows a float is refused.</summary>
    protected static bool TryParseNumber(ReadOnlySpan<byte> text, out float value)
    {
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            return !float.IsInfinity(value) || !text.ContainsAnyInRange((byte)'0', (byte)'9');
        var unsigned = text is [(byte)'-' or (byte)'+', ..] ? text[1..] : text;
        if (!Ascii.EqualsIgnoreCase(unsigned, "inf"u8) && !Ascii.EqualsIgnoreCase(unsigned, "infinity"u8) && !Ascii.EqualsIgnoreCase(unsigned, "nan"u8))
            return false;
        value = unsigned[0] is (byte)'n' or (byte)'N' ? float.NaN : text[0] == '-' ? float.NegativeInfinity : float.PositiveInfinity;
        return true;
    }

    /// <summary>At most 40 characters of a line, safe for a terminal and a log.</summary>
    internal static string Quote(ReadOnlySpan<byte> text)
    {
        var builder = new StringBuilder("\"", 48);
        foreach (var b in text[..Math.Min(40, text.Length)])
            builder.Append(b is >= 0x20 and < 0x7F ? (char)b : '?');
        return builder.Append(text.Length > 40 ? "...\"" : "\"").ToString();
    }
}
