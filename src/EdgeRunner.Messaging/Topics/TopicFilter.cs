using System.Text;

namespace EdgeRunner.Messaging.Topics;

/// <summary>MQTT topic names and filters (MQTT 5.0, section 4.7). Nothing here allocates.</summary>
public static class TopicFilter
{
    private const int MaxBytes = 65_535;
    private const string SharePrefix = "$share/";

    /// <summary>True for a name that a message can be published to: 1 to 65 535 bytes of UTF-8, no wildcard, no zero.</summary>
    public static bool IsValidTopicName(ReadOnlySpan<char> topic)
        => !topic.IsEmpty && topic.IndexOfAny('+', '#', '\0') < 0 && IsEncodable(topic);

    /// <summary>True for a filter that can be subscribed to; <c>+</c> and <c>#</c> stand alone in their level, and <c>#</c> is last.
    /// Shared ones (<c>$share/{group}/{filter}</c>) included.</summary>
    public static bool IsValidFilter(ReadOnlySpan<char> filter)
    {
        if (filter.IsEmpty || filter.Contains('\0') || !IsEncodable(filter)) return false;
        if (filter.StartsWith(SharePrefix))
        {
            var group = filter[SharePrefix.Length..];
            var end = group.IndexOf('/');
            if (end <= 0 || group[..end].IndexOfAny('+', '#') >= 0) return false;
            filter = group[(end + 1)..];
            if (filter.IsEmpty) return false;
        }

        while (true)
        {
            var slash = filter.IndexOf('/');
            var level = slash < 0 ? filter : filter[..slash];
            if (level.Contains('#') && (level.Length != 1 || slash >= 0)) return false;
            if (level.Contains('+') && level.Length != 1) return false;
            if (slash < 0) return true;
            filter = filter[(slash + 1)..];
        }
    }

    /// <summary>The filter without <c>$share/{group}/</c>: what topics are compared with.</summary>
    public static ReadOnlySpan<char> WithoutShare(ReadOnlySpan<char> filter)
    {
        if (!filter.StartsWith(SharePrefix)) return filter;
        var group = filter[SharePrefix.Length..];
        return group[(group.IndexOf('/') + 1)..];
    }

    /// <summary>True when the topic is one the filter asks for.</summary>
    /// <param name="filter">A valid filter; a shared one counts without its group.</param>
    /// <param name="topic">A valid topic name.</param>
    /// <remarks><c>sport/#</c> also matches <c>sport</c>; a wildcard in the first level does not match a topic that starts with <c>$</c>.</remarks>
    public static bool Matches(ReadOnlySpan<char> filter, ReadOnlySpan<char> topic)
    {
        filter = WithoutShare(filter);
        if (!topic.IsEmpty && topic[0] == '$' && !filter.IsEmpty && filter[0] is '+' or '#') return false;
        while (true)
        {
            if (filter is "#") return true;
            var filterSlash = filter.IndexOf('/');
            var topicSlash = topic.IndexOf('/');
            var filterLevel = filterSlash < 0 ? filter : filter[..filterSlash];
            var topicLevel = topicSlash < 0 ? topic : topic[..topicSlash];
            if (filterLevel is not "+" && !filterLevel.SequenceEqual(topicLevel)) return false;
            if (filterSlash < 0 || topicSlash < 0)
            {
                // The parent level: "sport/#" asks for "sport" too.
                return filterSlash < 0 ? topicSlash < 0 : filter[filterSlash..] is "/#";
            }

            filter = filter[(filterSlash + 1)..];
            topic = topic[(topicSlash + 1)..];
        }
    }

    /// <summary>Fits its two-byte length, and has no half of a surrogate pair, which UTF-8 cannot say.</summary>
    private static bool IsEncodable(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxBytes) return false;
        var bytes = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var consumed) != System.Buffers.OperationStatus.Done) return false;
            bytes += rune.Utf8SequenceLength;
            text = text[consumed..];
        }

        return bytes <= MaxBytes;
    }
}
