using System.Text;

namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>Text on its way to C.</summary>
internal static class NativeText
{
    /// <summary>UTF-8 with the zero byte C wants at the end. Not for the hot path.</summary>
    /// <exception cref="ArgumentException">A zero inside: C would see a shorter text than the caller meant.</exception>
    internal static byte[] Utf8(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"\"{text.Replace('\0', '?')}\" has a zero character", nameof(text));
        }
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
