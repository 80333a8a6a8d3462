using System.Globalization;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>Numbers as a person reads them.</summary>
internal static class BenchWords
{
    /// <summary><c>95.1 µs</c>, <c>1.23 ms</c>, <c>2.1 s</c>: three digits that count.</summary>
    /// <param name="microseconds">0 or more.</param>
    public static string Time(double microseconds) => microseconds switch
    {
        < 999.5 => $"{Digits(microseconds)} µs",
        < 999_500 => $"{Digits(microseconds / 1e3)} ms",
        _ => $"{Digits(microseconds / 1e6)} s",
    };

    /// <summary><c>12.3 MiB</c>; <c>-</c> when not known.</summary>
    public static string Memory(long? bytes) => bytes is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known / 1048576.0:0.0} MiB") : "-";

    private static string Digits(double value)
    {
        var format = value switch { < 9.995 => "0.00", < 99.95 => "0.0", _ => "0" };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}
