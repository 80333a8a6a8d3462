using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans;

/// <summary>Tensors of any number type with values between -10 and 10.</summary>
internal static class RandomTensor
{
    /// <summary>Floats with a fraction, integers without; unsigned types and bool take magnitudes.</summary>
    internal static TensorData Make(Random random, TensorElementType type, long[] shape)
    {
        var isFloat = type is TensorElementType.Float16 or TensorElementType.BFloat16 or TensorElementType.Float32 or TensorElementType.Float64;
        var isSigned = isFloat || type is TensorElementType.Int8 or TensorElementType.Int16 or TensorElementType.Int32 or TensorElementType.Int64;
        var values = new double[shape.Aggregate(1L, (count, size) => count * size)];
        for (var i = 0; i < values.Length; i++)
        {
            var value = isFloat ? (random.NextDouble() * 20) - 10 : random.Next(-10, 11);
            values[i] = type == TensorElementType.Bool ? Math.Sign(Math.Abs(value)) : isSigned ? value : Math.Abs(value);
        }
        return Of(type, shape, values);
    }

    /// <summary>A tensor of those values.</summary>
    internal static TensorData Of(TensorElementType type, long[] shape, params double[] values)
    {
        var tensor = TensorData.Zeros(type, shape);
        for (var i = 0; i < values.Length; i++)
        {
            Set(tensor, i, values[i]);
        }
        return tensor;
    }

    /// <summary>The elements as float64.</summary>
    internal static double[] ToDoubles(TensorData tensor) => [.. Enumerable.Range(0, (int)tensor.ElementCount).Select(i => Get(tensor, i))];

    private static double Get(TensorData tensor, int i) => tensor.ElementType switch
    {
        TensorElementType.Float32 => tensor.AsSpan<float>()[i],
        TensorElementType.Float64 => tensor.AsSpan<double>()[i],
        TensorElementType.Float16 => (double)tensor.AsSpan<Half>()[i],
        TensorElementType.BFloat16 => BFloat16Bits.ToSingle(tensor.AsSpan<ushort>()[i]),
        TensorElementType.Int8 => tensor.AsSpan<sbyte>()[i],
        TensorElementType.Int16 => tensor.AsSpan<short>()[i],
        TensorElementType.Int32 => tensor.AsSpan<int>()[i],
        TensorElementType.Int64 => tensor.AsSpan<long>()[i],
        TensorElementType.UInt16 => tensor.AsSpan<ushort>()[i],
        TensorElementType.UInt32 => tensor.AsSpan<uint>()[i],
        TensorElementType.UInt64 => tensor.AsSpan<ulong>()[i],
        _ => tensor.AsSpan<byte>()[i],
    };

    private static void Set(TensorData tensor, int i, double value)
    {
        switch (tensor.ElementType)
        {
            case TensorElementType.Float32: tensor.AsSpan<float>()[i] = (float)value; break;
            case TensorElementType.Float64: tensor.AsSpan<double>()[i] = value; break;
            case TensorElementType.Float16: tensor.AsSpan<Half>()[i] = (Half)value; break;
            case TensorElementType.BFloat16: tensor.AsSpan<ushort>()[i] = BFloat16Bits.FromSingle((float)value); break;
            case TensorElementType.Int8: tensor.AsSpan<sbyte>()[i] = (sbyte)value; break;
            case TensorElementType.Int16: tensor.AsSpan<short>()[i] = (short)value; break;
            case TensorElementType.Int32: tensor.AsSpan<int>()[i] = (int)value; break;
            case TensorElementType.Int64: tensor.AsSpan<long>()[i] = (long)value; break;
            case TensorElementType.UInt16: tensor.AsSpan<ushort>()[i] = (ushort)value; break;
            case TensorElementType.UInt32: tensor.AsSpan<uint>()[i] = (uint)value; break;
            case TensorElementType.UInt64: tensor.AsSpan<ulong>()[i] = (ulong)value; break;
            default: tensor.AsSpan<byte>()[i] = (byte)value; break;
        }
    }
}
