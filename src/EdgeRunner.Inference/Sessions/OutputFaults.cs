using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>Looks through an output in place, vector by vector, for what no decision may be made of. Allocates nothing.</summary>
public static class OutputFaults
{
    /// <summary>The first fault of an output: NaN, infinity, or an element outside the declared range. Text, bool and complex have none.</summary>
    /// <param name="spec">Type and range.</param>
    /// <param name="bytes">The elements.</param>
    public static OutputFault Find(TensorSpec spec, ReadOnlySpan<byte> bytes)
    {
        var (minimum, maximum) = (spec.Minimum ?? double.NegativeInfinity, spec.Maximum ?? double.PositiveInfinity);
        var hasRange = spec.Minimum is not null || spec.Maximum is not null;
        return spec.Type switch
        {
            // Rounded as the output is: a float32 score of 0.7 is 0.699999988, and a bound of 0.7 means that one.
            TensorElementType.Float32 => FindReal(MemoryMarshal.Cast<byte, float>(bytes), (float)minimum, (float)maximum),
            TensorElementType.Float64 => FindReal(MemoryMarshal.Cast<byte, double>(bytes), minimum, maximum),
            TensorElementType.Float16 => FindHalf(MemoryMarshal.Cast<byte, Half>(bytes), (Half)minimum, (Half)maximum),
            TensorElementType.BFloat16 => FindBFloat16(MemoryMarshal.Cast<byte, ushort>(bytes), (float)minimum, (float)maximum),
            _ when !hasRange => OutputFault.None,
            TensorElementType.UInt8 => FindWhole(bytes, minimum, maximum),
            TensorElementType.Int8 => FindWhole(MemoryMarshal.Cast<byte, sbyte>(bytes), minimum, maximum),
            TensorElementType.UInt16 => FindWhole(MemoryMarshal.Cast<byte, ushort>(bytes), minimum, maximum),
            TensorElementType.Int16 => FindWhole(MemoryMarshal.Cast<byte, short>(bytes), minimum, maximum),
            TensorElementType.UInt32 => FindWhole(MemoryMarshal.Cast<byte, uint>(bytes), minimum, maximum),
            TensorElementType.Int32 => FindWhole(MemoryMarshal.Cast<byte, int>(bytes), minimum, maximum),
            TensorElementType.UInt64 => FindWhole(MemoryMarshal.Cast<byte, ulong>(bytes), minimum, maximum),
            TensorElementType.Int64 => FindWhole(MemoryMarshal.Cast<byte, long>(bytes), minimum, maximum),
            _ => OutputFault.None,
        };
    }

    /// <summary><c>0 to 1</c>, <c>0 or more</c>, <c>at most 1</c>.</summary>
    public static string DescribeRange(TensorSpec spec) => (spec.Minimum, spec.Maximum) switch
    {
        ({ } minimum, { } maximum) => string.Create(CultureInfo.InvariantCulture, $"{minimum} to {maximum}"),
        ({ } minimum, null) => string.Create(CultureInfo.InvariantCulture, $"{minimum} or more"),
        (null, { } maximum) => string.Create(CultureInfo.InvariantCulture, $"at most {maximum}"),
        _ => "any",
    };

    private static OutputFault FindReal<T>(ReadOnlySpan<T> values, T minimum, T maximum)
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        // Infinite bounds are taken as the largest finite ones, so that one comparison on each side finds NaN, infinity and range alike.
        var (low, high) = (T.Max(minimum, T.MinValue), T.Min(maximum, T.MaxValue));
        var at = 0;
        var (lows, highs) = (new Vector<T>(low), new Vector<T>(high));
        for (; at <= values.Length - Vector<T>.Count; at += Vector<T>.Count)
        {
            var vector = new Vector<T>(values[at..]);
            if (!Vector.GreaterThanOrEqualAll(vector, lows) || !Vector.LessThanOrEqualAll(vector, highs)) break;
        }

        for (; at < values.Length; at++)
        {
            if (!(values[at] >= low && values[at] <= high)) return Name(values[at]);
        }

        return OutputFault.None;
    }

    private static OutputFault FindHalf(ReadOnlySpan<Half> values, Half minimum, Half maximum)
    {
        foreach (var value in values)
        {
            if (!Half.IsFinite(value) || value < minimum || value > maximum) return Name(value);
        }

        return OutputFault.None;
    }

    private static OutputFault FindBFloat16(ReadOnlySpan<ushort> values, float minimum, float maximum)
    {
        foreach (var bits in values)
        {
            var value = BitConverter.UInt32BitsToSingle((uint)bits << 16);
            if (!float.IsFinite(value) || value < minimum || value > maximum) return Name(value);
        }

        return OutputFault.None;
    }

    private static OutputFault FindWhole<T>(ReadOnlySpan<T> values, double minimum, double maximum)
        where T : unmanaged, IBinaryInteger<T>
    {
        foreach (var value in values)
        {
            var number = double.CreateTruncating(value);
            if (number < minimum || number > maximum) return OutputFault.OutOfRange;
        }

        return OutputFault.None;
    }

    private static OutputFault Name<T>(T value)
        where T : IFloatingPointIeee754<T> =>
        T.IsNaN(value) ? OutputFault.NaN : T.IsInfinity(value) ? OutputFault.Infinite : OutputFault.OutOfRange;
}
