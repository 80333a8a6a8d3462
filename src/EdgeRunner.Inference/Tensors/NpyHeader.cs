using System.Buffers.Binary;
using System.Text;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tensors;

/// <summary>What stands before the elements of a <c>.npy</c> file, versions 1 to 3.</summary>
/// <param name="ElementType">Type after reading; text for <c>U</c> and <c>S</c>.</param>
/// <param name="Shape">Dimensions; empty is a scalar.</param>
/// <param name="ElementBytes">Width of one element in the file; of a whole string for text.</param>
/// <param name="IsBigEndian">Bytes of each number are reversed.</param>
/// <param name="IsFortranOrder">The first index runs fastest.</param>
/// <param name="IsUtf32">Text in 4-byte code points (<c>U</c>), not bytes (<c>S</c>).</param>
/// <param name="DataOffset">Where the elements start in the file.</param>
/// <seealso href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html"/>
public sealed record NpyHeader(
    TensorElementType ElementType, IReadOnlyList<long> Shape, int ElementBytes, bool IsBigEndian, bool IsFortranOrder, bool IsUtf32, int DataOffset)
{
    /// <summary>Characters of one string at most. 16 Ki: a label, not a document.</summary>
    private const int MaxStringLength = 16 << 10;

    /// <summary>Header length at most. 64 KiB: 32 dimensions take less than 1 KiB.</summary>
    private const int MaxHeaderBytes = 64 << 10;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Product of <see cref="Shape"/>.</summary>
    public long ElementCount => ElementSizes.CountElements([.. Shape]);

    /// <summary>Parses the start of a file; <paramref name="file"/> may hold more or all of it.</summary>
    /// <exception cref="FormatException">Not a NumPy file, or of a type no tensor has.</exception>
    public static NpyHeader Parse(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Magic))
        {
            throw new FormatException("this is no .npy file: it does not start with \\x93NUMPY");
        }
        if (file.Length < 12)
        {
            throw new FormatException($"the file ends inside its header, after {file.Length} bytes");
        }
        var major = file[6];
        if (major is < 1 or > 3)
        {
            throw new FormatException($"version {major}.{file[7]} of .npy is not known; 1 to 3 are");
        }
        var start = major == 1 ? 10 : 12;
        var length = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(file[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
        if (length > MaxHeaderBytes)
        {
            throw new FormatException($"a header of {length} bytes is too long, at most {MaxHeaderBytes} are allowed");
        }
        if (length > file.Length - start)
        {
            throw new FormatException($"the file ends inside its header, after {file.Length} bytes");
        }
        var fields = NpyHeaderParser.Parse((major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(file.Slice(start, (int)length)));
        if (!ElementSizes.TryCountElements([.. fields.Shape], out _, out var problem))
        {
            throw new FormatException(problem);
        }
        var (type, width, utf32) = ParseType(fields.Description);
        return new NpyHeader(type, fields.Shape, width, fields.Description[0] == '>', fields.FortranOrder, utf32, start + (int)length);
    }

    /// <summary>The file up to the first element, padded so that the elements start at a multiple of 64.</summary>
    internal static byte[] Format(string description, ReadOnlySpan<long> shape)
    {
        var dictionary = new StringBuilder($"{{'descr': '{description}', 'fortran_order': False, 'shape': (");
        for (var i = 0; i < shape.Length; i++)
        {
            dictionary.Append(i == 0 ? "" : " ").Append(shape[i]).Append(shape.Length == 1 || i < shape.Length - 1 ? "," : "");
        }
        dictionary.Append("), }");
        // 10 bytes of magic, version and length stand before it, one newline ends it.
        dictionary.Append(' ', (64 - ((10 + dictionary.Length + 1) % 64)) % 64).Append('\n');
        var header = new byte[10 + dictionary.Length];
        Magic.CopyTo(header);
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)dictionary.Length);
        Encoding.ASCII.GetBytes(dictionary.ToString(), header.AsSpan(10));
        return header;
    }

    /// <summary>NumPy's type code; bfloat16 has none, and is the 2-byte void that <c>ml_dtypes</c> writes.</summary>
    internal static string Describe(TensorElementType type) => type switch
    {
        TensorElementType.Bool => "|b1",
        TensorElementType.UInt8 => "|u1",
        TensorElementType.Int8 => "|i1",
        TensorElementType.UInt16 => "<u2",
        TensorElementType.Int16 => "<i2",
        TensorElementType.UInt32 => "<u4",
        TensorElementType.Int32 => "<i4",
        TensorElementType.UInt64 => "<u8",
        TensorElementType.Int64 => "<i8",
        TensorElementType.Float16 => "<f2",
        TensorElementType.Float32 => "<f4",
        TensorElementType.Float64 => "<f8",
        TensorElementType.Complex64 => "<c8",
        TensorElementType.Complex128 => "<c16",
        TensorElementType.BFloat16 => "<V2",
        _ => throw new ArgumentException($"{type.Format()} has no .npy form", nameof(type)),
    };

    private static (TensorElementType Type, int Width, bool IsUtf32) ParseType(string description)
    {
        if (description.Length >= 3 && description[0] is ('<' or '>' or '|' or '='))
        {
            var kind = description[1];
            if (kind is ('U' or 'S') && int.TryParse(description.AsSpan(2), System.Globalization.NumberStyles.None, null, out var length))
            {
                return length is >= 1 and <= MaxStringLength
                    ? (TensorElementType.String, length * (kind == 'U' ? 4 : 1), kind == 'U')
                    : throw new FormatException($"text of {length} characters ('{description}') is not allowed; 1 to {MaxStringLength} are");
            }
            for (var type = TensorElementType.Float32; type <= TensorElementType.BFloat16; type++)
            {
                if (type != TensorElementType.String && description.AsSpan(1).SequenceEqual(Describe(type).AsSpan(1)))
                {
                    return (type, type.SizeBytes(), false);
                }
            }
        }
        throw new FormatException($"element type '{description}' is not one a tensor can have; known are b1, i1-i8, u1-u8, f2-f8, c8, c16, V2 (bfloat16), U and S");
    }
}
