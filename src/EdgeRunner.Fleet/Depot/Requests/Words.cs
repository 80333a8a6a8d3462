namespace EdgeRunner.Fleet.Depot.Requests;

/// <summary>What strangers wrote, fit for a log line and an answer.</summary>
internal static class Words
{
    private const int MaxLength = 120;

    /// <summary>In quotes, short, without characters that move a terminal's cursor.</summary>
    internal static string Quote(string text)
    {
        var shown = string.Create(Math.Min(text.Length, MaxLength), text, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) || source[i] is '\u2028' or '\u2029' ? '?' : source[i];
            }
        });
        return text.Length > MaxLength ? $"\"{shown}…\"" : $"\"{shown}\"";
    }
}
