using System.Text;
using Google.Protobuf;

namespace EdgeRunner.Inference.Tensors;

/// <summary>The fields of a <c>TensorProto</c> as they stand in the message, before they are checked against each other.</summary>
internal sealed class TensorProtoFields
{
    /// <summary>Strict: text that is no text is an error, not a row of replacement characters.</summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal List<long> Dims { get; } = [];

    internal int DataType { get; private set; }

    internal string Name { get; private set; } = "";

    internal bool IsSegment { get; private set; }

    internal bool IsExternal { get; private set; }

    internal byte[]? Raw { get; private set; }

    /// <summary>Packed floats, as bytes: the wire has them as memory does.</summary>
    internal MemoryStream FloatData { get; } = new();

    /// <summary>Packed doubles, as bytes.</summary>
    internal MemoryStream DoubleData { get; } = new();

    internal List<int> Int32Data { get; } = [];

    internal List<long> Int64Data { get; } = [];

    internal List<ulong> UInt64Data { get; } = [];

    internal List<string> StringData { get; } = [];

    internal bool HasTypedData => FloatData.Length + DoubleData.Length + Int32Data.Count + Int64Data.Count + UInt64Data.Count + StringData.Count > 0;

    /// <exception cref="InvalidProtocolBufferException">Not a protobuf message.</exception>
    /// <exception cref="FormatException">A field has another wire type than onnx.proto gives it, or text is not UTF-8.</exception>
    internal static TensorProtoFields Parse(CodedInputStream input)
    {
        var fields = new TensorProtoFields();
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            fields.ReadField(input, WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag));
        }
        return fields;
    }

    private void ReadField(CodedInputStream input, int field, WireFormat.WireType wire)
    {
        switch (field)
        {
            case 1: ReadRepeated(input, field, wire, WireFormat.WireType.Varint, element => Dims.Add(element.ReadInt64())); break;
            case 2: Expect(field, wire, WireFormat.WireType.Varint); DataType = input.ReadInt32(); break;
            case 3: IsSegment = true; Skip(input, wire); break;
            case 4: ReadFixed(input, field, wire, WireFormat.WireType.Fixed32, FloatData); break;
            case 5: ReadRepeated(input, field, wire, WireFormat.WireType.Varint, element => Int32Data.Add(element.ReadInt32())); break;
            case 6: Expect(field, wire, WireFormat.WireType.LengthDelimited); StringData.Add(Decode(input.ReadBytes())); break;
            case 7: ReadRepeated(input, field, wire, WireFormat.WireType.Varint, element => Int64Data.Add(element.ReadInt64())); break;
            case 8: Expect(field, wire, WireFormat.WireType.LengthDelimited); Name = Decode(input.ReadBytes()); break;
            case 9: Expect(field, wire, WireFormat.WireType.LengthDelimited); Raw = input.ReadBytes().ToByteArray(); break;
            case 10: ReadFixed(input, field, wire, WireFormat.WireType.Fixed64, DoubleData); break;
            case 11: ReadRepeated(input, field, wire, WireFormat.WireType.Varint, element => UInt64Data.Add(element.ReadUInt64())); break;
            case 13: IsExternal = true; Skip(input, wire); break;
            case 14: Expect(field, wire, WireFormat.WireType.Varint); IsExternal |= input.ReadInt32() == 1; break;
            default: Skip(input, wire); break;
        }
    }

    /// <summary>A repeated number comes packed or one by one, as the writer likes.</summary>
    private static void ReadRepeated(CodedInputStream input, int field, WireFormat.WireType wire, WireFormat.WireType single, Action<CodedInputStream> read)
    {
        if (wire == single)
        {
            read(input);
            return;
        }
        Expect(field, wire, WireFormat.WireType.LengthDelimited);
        var packed = input.ReadBytes().CreateCodedInput();
        while (!packed.IsAtEnd)
        {
            read(packed);
        }
    }

    private static void ReadFixed(CodedInputStream input, int field, WireFormat.WireType wire, WireFormat.WireType single, MemoryStream target)
    {
        if (wire == single)
        {
            target.Write(single == WireFormat.WireType.Fixed32 ? BitConverter.GetBytes(input.ReadFixed32()) : BitConverter.GetBytes(input.ReadFixed64()));
            return;
        }
        Expect(field, wire, WireFormat.WireType.LengthDelimited);
        target.Write(input.ReadBytes().Span);
    }

    private static void Skip(CodedInputStream input, WireFormat.WireType wire)
    {
        switch (wire)
        {
            case WireFormat.WireType.Varint: input.ReadUInt64(); break;
            case WireFormat.WireType.Fixed32: input.ReadFixed32(); break;
            case WireFormat.WireType.Fixed64: input.ReadFixed64(); break;
            case WireFormat.WireType.LengthDelimited: input.ReadBytes(); break;
            default: throw new FormatException("not a TensorProto: it uses groups, which onnx.proto does not");
        }
    }

    private static void Expect(int field, WireFormat.WireType found, WireFormat.WireType expected)
    {
        if (found != expected)
        {
            throw new FormatException($"not a TensorProto: field {field} is {found} where {expected} is expected");
        }
    }

    private static string Decode(ByteString bytes)
    {
        try
        {
            return Utf8.GetString(bytes.Span);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"a string is not valid UTF-8: {e.Message}", e);
        }
    }
}
