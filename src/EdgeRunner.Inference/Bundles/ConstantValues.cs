using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Bundles;

/// <summary>Turns the <c>values</c> of a <see cref="ConstantSpec"/> into a tensor.</summary>
internal static class ConstantValues
{
    internal static TensorData ToTensor(ConstantSpec constant)
    {
        long[] shape = [.. constant.Shape];
        if (!ElementSizes.TryCountElements(shape, out var count, out var problem))
        {
            throw new FormatException(problem);
        }
        if (constant.Values.Count != count)
        {
            throw new FormatException($"{constant.Values.Count} values given, shape {ElementSizes.Describe(shape)} takes {count}");
        }
        if (constant.Type == TensorElementType.String)
        {
            return TensorData.FromStrings(shape, [.. constant.Values.Select((value, i) => Text(value, i))]);
        }
        if (constant.Type is TensorElementType.Undefined or TensorElementType.Complex64 or TensorElementType.Complex128)
        {
            throw new FormatException($"constants of type {constant.Type.Format()} are not supported");
        }
        var tensor = TensorData.Zeros(constant.Type, shape);
        var width = constant.Type.SizeBytes();
        for (var i = 0; i < constant.Values.Count; i++)
        {
            if (!TryWrite(constant.Type, constant.Values[i], tensor.Bytes.Span.Slice(i * width, width)))
            {
                throw new FormatException($"values[{i}] = {constant.Values[i].GetRawText()} is not a {constant.Type.Format()}");
            }
        }
        return tensor;
    }

    private static string Text(JsonElement value, int index) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new FormatException($"values[{index}] = {value.GetRawText()} is not a string");

    private static bool TryWrite(TensorElementType type, JsonElement value, Span<byte> target)
    {
        if (type == TensorElementType.Bool)
        {
            target[0] = value.ValueKind == JsonValueKind.True ? (byte)1 : (byte)0;
            return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
        }
        if (type is TensorElementType.Float16 or TensorElementType.BFloat16 or TensorElementType.Float32 or TensorElementType.Float64)
        {
            return TryGetFloat(value, out var number) && TryWriteFloat(type, number, target);
        }
        return value.ValueKind == JsonValueKind.Number && TryWriteInteger(type, value, target);
    }

    private static bool TryGetFloat(JsonElement value, out double number)
    {
        number = 0;
        switch (value.ValueKind)
        {
            // A JSON number past the range of a double reads as infinity; that is a mistake here, since infinity has its own spelling.
            case JsonValueKind.Number: return value.TryGetDouble(out number) && double.IsFinite(number);
            case JsonValueKind.String:
                (var known, number) = value.GetString() switch
                {
                    "NaN" => (true, double.NaN),
                    "Infinity" => (true, double.PositiveInfinity),
                    "-Infinity" => (true, double.NegativeInfinity),
                    _ => (false, 0.0),
                };
                return known;
            default: return false;
        }
    }

    private static bool TryWriteFloat(TensorElementType type, double number, Span<byte> target)
    {
        switch (type)
        {
            case TensorElementType.Float64:
                MemoryMarshal.Write(target, number);
                return true;
            case TensorElementType.Float32:
                MemoryMarshal.Write(target, (float)number);
                return double.IsFinite(number) == float.IsFinite((float)number);
            case TensorElementType.Float16:
                MemoryMarshal.Write(target, (Half)number);
                return double.IsFinite(number) == Half.IsFinite((Half)number);
            default:
                var rounded = BFloat16Bits.FromSingle((float)number);
                MemoryMarshal.Write(target, rounded);
                return double.IsFinite(number) == float.IsFinite(BFloat16Bits.ToSingle(rounded));
        }
    }

    private static bool TryWriteInteger(TensorElementType type, JsonElement value, Span<byte> target)
    {
        switch (type)
        {
            case TensorElementType.UInt8: return value.TryGetByte(out target[0]);
            case TensorElementType.Int8: return value.TryGetSByte(out var i8) && MemoryMarshal.TryWrite(target, i8);
            case TensorElementType.UInt16: return value.TryGetUInt16(out var u16) && MemoryMarshal.TryWrite(target, u16);
            case TensorElementType.Int16: return value.TryGetInt16(out var i16) && MemoryMarshal.TryWrite(target, i16);
            case TensorElementType.Int32: return value.TryGetInt32(out var i32) && MemoryMarshal.TryWrite(target, i32);
            case TensorElementType.UInt32: return value.TryGetUInt32(out var u32) && MemoryMarshal.TryWrite(target, u32);
            case TensorElementType.Int64: return value.TryGetInt64(out var i64) && MemoryMarshal.TryWrite(target, i64);
            case TensorElementType.UInt64: return value.TryGetUInt64(out var u64) && MemoryMarshal.TryWrite(target, u64);
            default: return false;
        }
    }
}
