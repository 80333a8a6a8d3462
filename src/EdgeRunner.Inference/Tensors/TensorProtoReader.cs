using EdgeRunner.Native.OnnxRuntime;
using Google.Protobuf;

namespace EdgeRunner.Inference.Tensors;

/// <summary>Reads an ONNX <c>TensorProto</c>: the <c>.pb</c> files of the ONNX backend tests. Written by hand over
/// <see cref="CodedInputStream"/>, since generated message classes would bring reflection and 300 KB for one message.</summary>
/// <remarks>A <c>SequenceProto</c> or <c>OptionalProto</c> has no mark of its own and may even parse as an (empty) tensor: the caller
/// knows from the model's own inputs and outputs what to expect.</remarks>
/// <seealso href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3"/>
public static class TensorProtoReader
{
    /// <summary>Reads one message.</summary>
    /// <exception cref="FormatException">Not a TensorProto, damaged, or its data do not fit its shape and type.</exception>
    /// <exception cref="NotSupportedException">A valid tensor of a kind EdgeRunner does not hold: external or segmented data, or an element
    /// type above bfloat16.</exception>
    public static NamedTensor Read(byte[] message)
    {
        try
        {
            var fields = TensorProtoFields.Parse(new CodedInputStream(message));
            return new NamedTensor(fields.Name, ToTensor(fields));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException($"not a TensorProto: {e.Message}", e);
        }
    }

    private static TensorData ToTensor(TensorProtoFields fields)
    {
        if (fields.IsExternal || fields.IsSegment)
        {
            throw new NotSupportedException(fields.IsExternal ? "its data lie in another file" : "it is one segment of a larger tensor");
        }
        var type = (TensorElementType)fields.DataType;
        if (type > TensorElementType.BFloat16)
        {
            throw new NotSupportedException($"element type {fields.DataType} of onnx.proto is not supported");
        }
        long[] shape = [.. fields.Dims];
        if (type <= TensorElementType.Undefined)
        {
            throw new FormatException($"element type {fields.DataType} is not one a tensor can have");
        }
        if (!ElementSizes.TryCountElements(shape, out var count, out var problem))
        {
            throw new FormatException(problem);
        }
        if (type == TensorElementType.String)
        {
            return fields.StringData.Count == count && fields.Raw is null
                ? TensorData.FromStrings(shape, [.. fields.StringData])
                : throw new FormatException($"{fields.StringData.Count} strings, shape {ElementSizes.Describe(shape)} takes {count}");
        }
        var bytes = fields.Raw ?? TypedBytes(type, fields);
        if (bytes.Length != count * type.SizeBytes())
        {
            throw new FormatException($"{bytes.Length} bytes of elements, {ElementSizes.Describe(type, shape)} takes {count * type.SizeBytes()}");
        }
        if (fields.Raw is not null && fields.HasTypedData)
        {
            throw new FormatException("its data are there twice, raw and typed");
        }
        return type == TensorElementType.Bool && bytes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1)
            ? throw new FormatException("a bool is neither 0 nor 1")
            : TensorData.Own(type, shape, bytes);
    }

    /// <summary>Which field holds which type is stated beside the fields in <c>onnx.proto3</c>.</summary>
    private static byte[] TypedBytes(TensorElementType type, TensorProtoFields fields) => type switch
    {
        TensorElementType.Float32 or TensorElementType.Complex64 => fields.FloatData.ToArray(),
        TensorElementType.Float64 or TensorElementType.Complex128 => fields.DoubleData.ToArray(),
        TensorElementType.Int64 => Narrow(type, fields.Int64Data, long.MinValue, long.MaxValue, static (value, target) => BitConverter.TryWriteBytes(target, value)),
        TensorElementType.UInt64 => Narrow(type, fields.UInt64Data, ulong.MinValue, ulong.MaxValue, static (value, target) => BitConverter.TryWriteBytes(target, value)),
        TensorElementType.UInt32 => Narrow(type, fields.UInt64Data, uint.MinValue, uint.MaxValue, static (value, target) => BitConverter.TryWriteBytes(target, (uint)value)),
        TensorElementType.Int32 => Narrow(type, fields.Int32Data, int.MinValue, int.MaxValue, static (value, target) => BitConverter.TryWriteBytes(target, value)),
        TensorElementType.Int16 => Narrow(type, fields.Int32Data, short.MinValue, short.MaxValue, static (value, target) => BitConverter.TryWriteBytes(target, (short)value)),
        TensorElementType.Int8 => Narrow(type, fields.Int32Data, sbyte.MinValue, sbyte.MaxValue, static (value, target) => target[0] = (byte)value),
        TensorElementType.UInt8 => Narrow(type, fields.Int32Data, byte.MinValue, byte.MaxValue, static (value, target) => target[0] = (byte)value),
        TensorElementType.Bool => Narrow(type, fields.Int32Data, 0, 1, static (value, target) => target[0] = (byte)value),
        // 16-bit floats stand here as their bits.
        _ => Narrow(type, fields.Int32Data, ushort.MinValue, ushort.MaxValue, static (value, target) => BitConverter.TryWriteBytes(target, (ushort)value)),
    };

    private delegate void Writer<in T>(T value, Span<byte> target);

    private static byte[] Narrow<T>(TensorElementType type, List<T> values, T min, T max, Writer<T> write) where T : IComparable<T>
    {
        var width = type.SizeBytes();
        var bytes = new byte[(long)values.Count * width];
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i].CompareTo(min) < 0 || values[i].CompareTo(max) > 0)
            {
                throw new FormatException($"element {i} = {values[i]} is not a {type.Format()}");
            }
            write(values[i], bytes.AsSpan(i * width));
        }
        return bytes;
    }
}
