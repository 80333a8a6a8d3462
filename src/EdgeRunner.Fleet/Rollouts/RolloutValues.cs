using System.Globalization;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Messaging.Topics;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>Reads the values of options, the same in every locale.</summary>
internal static class RolloutValues
{
    private const decimal HundredthsOfPercent = 100;

    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(3650);

    /// <summary><c>MODEL@VERSION</c>.</summary>
    /// <exception cref="UsageException">It is not written so.</exception>
    internal static (string Model, string Version) Release(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && EdgeTopics.IsValidName(text.AsSpan(0, at)) && text.Length - at - 1 is > 0 and <= RolloutDocument.MaxTextLength && !text.AsSpan(at + 1).Contains('/')
            ? (text[..at], text[(at + 1)..])
            : throw new UsageException($"{text} is not MODEL@VERSION, e.g. vision-people@1.2.0.");
    }

    /// <summary>A percentage in hundredths.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    internal static int Percent(string text)
    {
        var number = text.EndsWith('%') ? text.AsSpan(0, text.Length - 1).TrimEnd() : text;
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100 && decimal.IsInteger(percent * HundredthsOfPercent)
            ? (int)(percent * HundredthsOfPercent)
            : throw new UsageException($"--percent {text} is no percentage: 0 to 100, with at most two decimals, e.g. 12.5.");
    }

    /// <summary>A moment with its time zone, or one from now.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    internal static DateTimeOffset Moment(string text, DateTimeOffset now)
    {
        if (text is "now")
        {
            return now;
        }
        if (text.Length > 0 && text[0] is '+' && TrySpan(text.AsSpan(1)) is { } later)
        {
            return WholeSecond(now + later);
        }
        // A moment without a zone would be another one on the next person's machine.
        string[] formats = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"];
        return text.Length > 0 && (text[^1] is 'Z' || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal)) && text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            ? moment.ToUniversalTime()
            : throw new UsageException($"--not-before {text} is no moment: say 2026-12-01T02:00Z, 2026-12-01T03:00+01:00 (with its time zone), +90m, +2h, +1d, or now.");
    }

    /// <summary>A number; with <paramref name="percentAllowed"/> also as <c>1%</c>.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    internal static double? Number(string option, string? text, bool percentAllowed = false)
    {
        if (text is null)
        {
            return null;
        }
        var inPercent = percentAllowed && text.EndsWith('%');
        return double.TryParse(inPercent ? text.AsSpan(0, text.Length - 1).TrimEnd() : text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? inPercent ? number / 100 : number
            : throw new UsageException($"{option} {text} is no number{(percentAllowed ? ": say 0.01 or 1%" : ", e.g. 1.5")}.");
    }

    /// <summary>A length of time: <c>90s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c>.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    internal static TimeSpan Span(string option, string text) => TrySpan(text) is { } span ? span : throw new UsageException($"{option} {text} is no length of time: say 90s, 10m, 2h or 1d.");

    private static TimeSpan? TrySpan(ReadOnlySpan<char> text) =>
        text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && Unit(text[^1]) is { } unit && count <= LongestSpan / unit ? count * unit : null;

    private static DateTimeOffset WholeSecond(DateTimeOffset moment) => new(moment.Ticks - (moment.Ticks % TimeSpan.TicksPerSecond), moment.Offset);

    private static TimeSpan? Unit(char unit) => unit switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
