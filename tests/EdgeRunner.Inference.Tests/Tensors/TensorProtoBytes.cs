using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;
using Google.Protobuf;

namespace EdgeRunner.Inference.Tests.Tensors;

/// <summary>Writes TensorProto messages as onnx's helper does, raw or typed.</summary>
internal static class TensorProtoBytes
{
    internal static byte[] Write(TensorData tensor, bool raw, string name = "x") => Message(output =>
    {
        foreach (var dimension in tensor.Shape)
        {
            Varint(output, 1, (ulong)dimension);
        }
        Varint(output, 2, (ulong)tensor.ElementType);
        Bytes(output, 8, System.Text.Encoding.UTF8.GetBytes(name));
        if (tensor.IsString)
        {
            foreach (var text in tensor.Strings)
            {
                Bytes(output, 6, System.Text.Encoding.UTF8.GetBytes(text));
            }
        }
        else if (raw)
        {
            Bytes(output, 9, tensor.Bytes.ToArray());
        }
        else
        {
            WriteTyped(output, tensor);
        }
    });

    internal static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            write(output);
        }
        return stream.ToArray();
    }

    internal static void Varint(CodedOutputStream output, int field, ulong value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteUInt64(value);
    }

    internal static void Bytes(CodedOutputStream output, int field, byte[] value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(value));
    }

    private static void WriteTyped(CodedOutputStream output, TensorData tensor)
    {
        switch (tensor.ElementType)
        {
            case TensorElementType.Float32 or TensorElementType.Complex64: Bytes(output, 4, tensor.Bytes.ToArray()); break;
            case TensorElementType.Float64 or TensorElementType.Complex128: Bytes(output, 10, tensor.Bytes.ToArray()); break;
            case TensorElementType.Int64: Packed(output, 7, tensor.AsSpan<long>().ToArray()); break;
            case TensorElementType.UInt64: Packed(output, 11, [.. tensor.AsSpan<ulong>().ToArray().Select(value => (long)value)]); break;
            case TensorElementType.UInt32: Packed(output, 11, [.. tensor.AsSpan<uint>().ToArray().Select(value => (long)value)]); break;
            case TensorElementType.Int32: Packed(output, 5, [.. tensor.AsSpan<int>().ToArray().Select(value => (long)value)]); break;
            case TensorElementType.Int16: Packed(output, 5, [.. tensor.AsSpan<short>().ToArray().Select(value => (long)value)]); break;
            case TensorElementType.Int8: Packed(output, 5, [.. tensor.AsSpan<sbyte>().ToArray().Select(value => (long)value)]); break;
            case TensorElementType.UInt8 or TensorElementType.Bool: Packed(output, 5, [.. tensor.AsSpan<byte>().ToArray().Select(value => (long)value)]); break;
            default: Packed(output, 5, [.. tensor.AsSpan<ushort>().ToArray().Select(value => (long)value)]); break;
        }
    }

    private static void Packed(CodedOutputStream output, int field, long[] values) => Bytes(output, field, Message(inner =>
    {
        foreach (var value in values)
        {
            inner.WriteInt64(value);
        }
    }));
}
