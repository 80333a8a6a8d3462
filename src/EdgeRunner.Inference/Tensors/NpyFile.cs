using System.Text;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tensors;

/// <summary>Reads and writes NumPy's <c>.npy</c> files: every element type a tensor can have, both byte orders, both index orders.</summary>
public static class NpyFile
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="FormatException">Not a NumPy file, damaged, longer or shorter than its header says, or of a type no tensor has.</exception>
    public static TensorData Read(ReadOnlySpan<byte> file)
    {
        var header = NpyHeader.Parse(file);
        var data = file[header.DataOffset..];
        var expected = header.ElementCount * header.ElementBytes;
        if (data.Length != expected)
        {
            throw new FormatException($"{data.Length} bytes of elements, {ElementSizes.Describe(header.ElementType, [.. header.Shape])} takes {expected}");
        }
        var elements = data.ToArray();
        if (header.IsFortranOrder)
        {
            elements = ToRowMajor(elements, [.. header.Shape], header.ElementBytes);
        }
        if (header.IsBigEndian)
        {
            SwapBytes(elements, SwapUnit(header));
        }
        if (header.ElementType == TensorElementType.Bool && elements.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw new FormatException("a bool is neither 0 nor 1");
        }
        return header.ElementType == TensorElementType.String
            ? TensorData.FromStrings([.. header.Shape], ReadStrings(elements, header))
            : TensorData.Own(header.ElementType, [.. header.Shape], elements);
    }

    /// <summary>The file's bytes, version 1, row-major, little-endian. Text is written as <c>U</c>, which cannot hold trailing NULs.</summary>
    public static byte[] Write(TensorData tensor)
    {
        long[] shape = [.. tensor.Shape];
        if (!tensor.IsString)
        {
            return [.. NpyHeader.Format(NpyHeader.Describe(tensor.ElementType), shape), .. tensor.Bytes.Span];
        }
        var encoded = tensor.Strings.Select(Encoding.UTF32.GetBytes).ToList();
        var width = Math.Max(4, encoded.Count == 0 ? 0 : encoded.Max(text => text.Length));
        var header = NpyHeader.Format($"<U{width / 4}", shape);
        var file = new byte[header.Length + ((long)encoded.Count * width)];
        header.CopyTo(file, 0);
        for (var i = 0; i < encoded.Count; i++)
        {
            encoded[i].CopyTo(file, header.Length + (i * width));
        }
        return file;
    }

    /// <summary>A complex number is two numbers, a string a row of code points.</summary>
    private static int SwapUnit(NpyHeader header) => header.ElementType switch
    {
        TensorElementType.String => header.IsUtf32 ? 4 : 1,
        TensorElementType.Complex64 or TensorElementType.Complex128 => header.ElementBytes / 2,
        _ => header.ElementBytes,
    };

    private static void SwapBytes(Span<byte> bytes, int unit)
    {
        for (var i = 0; unit > 1 && i < bytes.Length; i += unit)
        {
            bytes.Slice(i, unit).Reverse();
        }
    }

    /// <summary>Walks the target in order and keeps the source offset up to date like an odometer.</summary>
    private static byte[] ToRowMajor(byte[] source, long[] shape, int width)
    {
        var strides = new long[shape.Length];
        var stride = (long)width;
        for (var i = 0; i < shape.Length; i++)
        {
            strides[i] = stride;
            stride *= shape[i];
        }
        var target = new byte[source.Length];
        var index = new long[shape.Length];
        var from = 0L;
        for (var to = 0; to < target.Length; to += width)
        {
            source.AsSpan((int)from, width).CopyTo(target.AsSpan(to));
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++index[axis] < shape[axis])
                {
                    break;
                }
                from -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }
        return target;
    }

    private static string[] ReadStrings(ReadOnlySpan<byte> elements, NpyHeader header)
    {
        var strings = new string[elements.Length / header.ElementBytes];
        for (var i = 0; i < strings.Length; i++)
        {
            var element = elements.Slice(i * header.ElementBytes, header.ElementBytes);
            strings[i] = header.IsUtf32 ? DecodeUtf32(element) : DecodeUtf8(element.TrimEnd((byte)0));
        }
        return strings;
    }

    private static string DecodeUtf32(ReadOnlySpan<byte> element)
    {
        var text = new StringBuilder();
        var end = element.Length;
        while (end > 0 && BitConverter.ToUInt32(element[(end - 4)..]) == 0)
        {
            end -= 4;
        }
        for (var i = 0; i < end; i += 4)
        {
            var code = BitConverter.ToUInt32(element[i..]);
            text.Append(Rune.IsValid(code) ? new Rune(code).ToString() : throw new FormatException($"U+{code:X} in a string is not a Unicode character"));
        }
        return text.ToString();
    }

    private static string DecodeUtf8(ReadOnlySpan<byte> element) => System.Text.Unicode.Utf8.IsValid(element)
        ? Encoding.UTF8.GetString(element)
        : throw new FormatException("a string is not valid UTF-8");
}
