using System.Text;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>Text that a depot sent, made fit for a log line and a terminal.</summary>
internal static class DepotWords
{
    private const int MaxBytes = 512;

    /// <summary>At most 512 bytes of it, without control characters.</summary>
    internal static string Of(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, MaxBytes)]);
        text = string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < from.Length; i++) to[i] = char.IsControl(from[i]) ? ' ' : from[i];
        }).Trim();
        return text.Length == 0 ? "it gave no reason" : text;
    }
}
