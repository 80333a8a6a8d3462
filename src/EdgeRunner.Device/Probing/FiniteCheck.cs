using System.Globalization;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Probing;

/// <summary>Looks for NaN and infinities.</summary>
internal static class FiniteCheck
{
    /// <summary>The first element that is no number.</summary>
    /// <returns>Null when all are, and for types that cannot hold any.</returns>
    public static (int Index, string Value)? FirstNotFinite(OrtTensor tensor) => tensor.ElementType switch
    {
        TensorElementType.Float32 => Find<float>(tensor.AsSpan<float>(), static value => value),
        TensorElementType.Float64 => Find<double>(tensor.AsSpan<double>(), static value => value),
        TensorElementType.Float16 => Find<Half>(tensor.AsSpan<Half>(), static value => (double)value),
        // The upper half of a float32.
        TensorElementType.BFloat16 => Find<ushort>(tensor.AsSpan<ushort>(), static value => BitConverter.UInt32BitsToSingle((uint)value << 16)),
        _ => null,
    };

    private static (int Index, string Value)? Find<T>(ReadOnlySpan<T> values, Func<T, double> widen)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = widen(values[i]);
            if (!double.IsFinite(value)) return (i, value.ToString(CultureInfo.InvariantCulture));
        }

        return null;
    }
}
