using System.Buffers.Text;

namespace EdgeRunner.Native.Linux;

/// <summary>Lines of <c>/proc</c> of the form <c>Name:   1234 kB</c>.</summary>
internal static class KibibyteLines
{
    /// <summary>The value of the first line with that name, in bytes; null when there is none or it is not such a number.</summary>
    internal static long? Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (line.Length <= name.Length || line[name.Length] != (byte)':' || !line.StartsWith(name))
                continue;
            var value = line[(name.Length + 1)..].Trim(" \t"u8);
            return value.EndsWith(" kB"u8) && Utf8Parser.TryParse(value[..^3], out long number, out var used) && used == value.Length - 3
                && number is >= 0 and <= long.MaxValue / 1024
                ? number * 1024
                : null;
        }

        return null;
    }
}
