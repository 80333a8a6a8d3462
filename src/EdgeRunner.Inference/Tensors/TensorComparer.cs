using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tensors;

/// <summary>Compares tensors as <c>numpy.testing.assert_allclose</c> does: <c>|found - expected| ≤ atol + rtol · |expected|</c>, NaN equals
/// NaN, an infinity equals only itself. Integers, bools and text must be equal: a tolerance on class labels would hide a wrong class.</summary>
public static class TensorComparer
{
    /// <summary>Compares two tensors; never throws for what is in them.</summary>
    public static TensorDifference Compare(TensorData expected, TensorData found, double rtol, double atol)
    {
        if (expected.ElementType != found.ElementType || !expected.Shape.SequenceEqual(found.Shape))
        {
            return new TensorDifference($"expected {expected}, found {found}", expected.ElementCount, double.PositiveInfinity, double.PositiveInfinity, null, "", "");
        }
        var worst = new Worst();
        for (var i = 0; i < expected.ElementCount; i++)
        {
            CompareElement(expected, found, i, rtol, atol, ref worst);
        }
        return worst.Index < 0
            ? new TensorDifference(null, 0, 0, 0, null, "", "")
            : new TensorDifference(null, worst.Mismatches, worst.Absolute, worst.Relative, Locate(worst.Index, expected.Shape), Show(expected, worst.Index), Show(found, worst.Index));
    }

    private struct Worst()
    {
        internal long Mismatches;
        internal double Absolute;
        internal double Relative;
        internal double Excess = double.NegativeInfinity;
        internal int Index = -1;
    }

    private static void CompareElement(TensorData expected, TensorData found, int index, double rtol, double atol, ref Worst worst)
    {
        if (IsExact(expected.ElementType))
        {
            if (!ElementsEqual(expected, found, index))
            {
                // Value and difference of a large integer do not fit a double exactly; only the report needs them.
                var difference = expected.IsString ? 1 : Math.Max((ToComplex(found, index) - ToComplex(expected, index)).Magnitude, double.Epsilon);
                Add(ref worst, index, difference, difference / SizeOf(expected, index), allowed: 0);
            }
            return;
        }
        var (left, right) = (ToComplex(expected, index), ToComplex(found, index));
        if (left == right || (Complex.IsNaN(left) && Complex.IsNaN(right)))
        {
            return;
        }
        // Complex.IsFinite is false for NaN and infinity in either part; such a pair is equal only as above.
        var finite = Complex.IsFinite(left) && Complex.IsFinite(right);
        var absolute = finite ? (right - left).Magnitude : double.PositiveInfinity;
        Add(ref worst, index, absolute, left.Magnitude == 0 || !finite ? double.PositiveInfinity : absolute / left.Magnitude, finite ? atol + (rtol * left.Magnitude) : 0);
    }

    private static double SizeOf(TensorData tensor, int index) => tensor.IsString ? 1 : Math.Max(ToComplex(tensor, index).Magnitude, double.Epsilon);

    private static void Add(ref Worst worst, int index, double absolute, double relative, double allowed)
    {
        worst.Mismatches += absolute <= allowed ? 0 : 1;
        worst.Absolute = Math.Max(worst.Absolute, absolute);
        worst.Relative = Math.Max(worst.Relative, relative);
        if (absolute - allowed > worst.Excess)
        {
            worst.Excess = absolute - allowed;
            worst.Index = index;
        }
    }

    private static bool IsExact(TensorElementType type) => type is not (TensorElementType.Float16 or TensorElementType.BFloat16 or TensorElementType.Float32
        or TensorElementType.Float64 or TensorElementType.Complex64 or TensorElementType.Complex128);

    private static bool ElementsEqual(TensorData expected, TensorData found, int index)
    {
        if (expected.IsString)
        {
            return string.Equals(expected.Strings[index], found.Strings[index], StringComparison.Ordinal);
        }
        var width = expected.ElementType.SizeBytes();
        return expected.Bytes.Span.Slice(index * width, width).SequenceEqual(found.Bytes.Span.Slice(index * width, width));
    }

    private static Complex ToComplex(TensorData tensor, int index)
    {
        var width = tensor.ElementType.SizeBytes();
        var element = tensor.Bytes.Span.Slice(index * width, width);
        return tensor.ElementType switch
        {
            TensorElementType.Float32 => MemoryMarshal.Read<float>(element),
            TensorElementType.Float64 => MemoryMarshal.Read<double>(element),
            TensorElementType.Float16 => (double)MemoryMarshal.Read<Half>(element),
            TensorElementType.BFloat16 => BFloat16Bits.ToSingle(MemoryMarshal.Read<ushort>(element)),
            TensorElementType.Complex64 => new Complex(MemoryMarshal.Read<float>(element), MemoryMarshal.Read<float>(element[4..])),
            TensorElementType.Complex128 => new Complex(MemoryMarshal.Read<double>(element), MemoryMarshal.Read<double>(element[8..])),
            TensorElementType.UInt8 or TensorElementType.Bool => element[0],
            TensorElementType.Int8 => (sbyte)element[0],
            TensorElementType.UInt16 => MemoryMarshal.Read<ushort>(element),
            TensorElementType.Int16 => MemoryMarshal.Read<short>(element),
            TensorElementType.UInt32 => MemoryMarshal.Read<uint>(element),
            TensorElementType.Int32 => MemoryMarshal.Read<int>(element),
            TensorElementType.UInt64 => MemoryMarshal.Read<ulong>(element),
            _ => MemoryMarshal.Read<long>(element),
        };
    }

    private static string Show(TensorData tensor, int index)
    {
        if (tensor.IsString)
        {
            return $"\"{tensor.Strings[index]}\"";
        }
        var width = tensor.ElementType.SizeBytes();
        var value = ToComplex(tensor, index);
        return tensor.ElementType switch
        {
            TensorElementType.Int64 => MemoryMarshal.Read<long>(tensor.Bytes.Span[(index * width)..]).ToString(CultureInfo.InvariantCulture),
            TensorElementType.UInt64 => MemoryMarshal.Read<ulong>(tensor.Bytes.Span[(index * width)..]).ToString(CultureInfo.InvariantCulture),
            TensorElementType.Bool => value.Real == 0 ? "false" : "true",
            TensorElementType.Complex64 or TensorElementType.Complex128 => $"{value.Real:g9}{value.Imaginary:+0.########;-0.########}i",
            TensorElementType.Float64 => value.Real.ToString("g17", CultureInfo.InvariantCulture),
            _ => value.Real.ToString("g9", CultureInfo.InvariantCulture),
        };
    }

    private static long[] Locate(int flat, IReadOnlyList<long> shape)
    {
        var index = new long[shape.Count];
        long rest = flat;
        for (var axis = shape.Count - 1; axis >= 0; axis--)
        {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return index;
    }
}
