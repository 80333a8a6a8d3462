using System.Globalization;

namespace EdgeRunner.Device.Commands;

/// <summary>A number of bytes on the command line: <c>1048576</c>, <c>512K</c>, <c>256M</c>, <c>2G</c>; units are powers of 1024, with or without <c>iB</c>.</summary>
internal static class ByteSize
{
    /// <summary>What is accepted, for messages.</summary>
    public const string Expected = "a number of bytes such as 268435456, 256M or 1G";

    /// <summary>Parses it.</summary>
    /// <returns>Null when it is no such number, zero or too large.</returns>
    public static long? Parse(string text)
    {
        var number = text.EndsWith("iB", StringComparison.OrdinalIgnoreCase) ? text[..^2] : text;
        var shift = number.Length == 0 ? 0 : char.ToUpperInvariant(number[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        if (shift > 0) number = number[..^1];
        else if (number.Length != text.Length) return null; // "12iB"
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 && value <= long.MaxValue >> shift ? value << shift : null;
    }
}
