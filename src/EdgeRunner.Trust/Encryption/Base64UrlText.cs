using System.Buffers;
using System.Buffers.Text;

namespace EdgeRunner.Trust.Encryption;

/// <summary>Base64url as JOSE has it (RFC 7515, 2): no padding, no white space, and one text only for any bytes.</summary>
internal static class Base64UrlText
{
    internal static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <returns>Null when it is no base64url in its one form, or longer than <paramref name="maxBytes"/>.</returns>
    internal static byte[]? TryDecode(string text, int maxBytes)
    {
        if (text.Length > Base64Url.GetEncodedLength(maxBytes)) return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        // Not TryDecodeFromChars, which throws for what is no base64url.
        return Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done && string.Equals(Encode(bytes.AsSpan(0, written)), text, StringComparison.Ordinal)
            ? bytes[..written]
            : null;
    }
}
