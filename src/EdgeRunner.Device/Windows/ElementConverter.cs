using System.Numerics;
using System.Runtime.InteropServices;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Windows;

/// <summary>Writes <c>value · scale + offset</c> as the element type of a model's input. Whole-number types round to the nearest and saturate at
/// their bounds; NaN becomes 0 in them. Allocates nothing.</summary>
internal abstract class ElementConverter(float scale, float offset)
{
    /// <summary>The converter for <paramref name="type"/>; null for text and complex numbers.</summary>
    public static ElementConverter? For(TensorElementType type, float scale, float offset) => type switch
    {
        TensorElementType.Float32 => new To<float>(scale, offset),
        TensorElementType.Float64 => new To<double>(scale, offset),
        TensorElementType.Float16 => new To<Half>(scale, offset),
        TensorElementType.BFloat16 => new ToBFloat16(scale, offset),
        TensorElementType.Int8 => new To<sbyte>(scale, offset),
        TensorElementType.UInt8 => new To<byte>(scale, offset),
        TensorElementType.Int16 => new To<short>(scale, offset),
        TensorElementType.UInt16 => new To<ushort>(scale, offset),
        TensorElementType.Int32 => new To<int>(scale, offset),
        TensorElementType.UInt32 => new To<uint>(scale, offset),
        TensorElementType.Int64 => new To<long>(scale, offset),
        TensorElementType.UInt64 => new To<ulong>(scale, offset),
        TensorElementType.Bool => new ToBool(scale, offset),
        _ => null,
    };

    /// <summary>Converts value by value.</summary>
    public void Convert(ReadOnlySpan<float> values, Span<byte> destination) => Write(values, channels: 1, destination);

    /// <summary>Converts interleaved frames to one channel after the other.</summary>
    public void ConvertPlanar(ReadOnlySpan<float> frames, int channels, Span<byte> destination) => Write(frames, channels, destination);

    private protected float Scaled(float value) => (value * scale) + offset;

    private protected abstract void Write(ReadOnlySpan<float> values, int channels, Span<byte> destination);

    private sealed class To<T>(float scale, float offset) : ElementConverter(scale, offset)
        where T : unmanaged, INumber<T>
    {
        private static readonly bool IsWhole = T.CreateTruncating(0.5) == T.Zero;

        private protected override void Write(ReadOnlySpan<float> values, int channels, Span<byte> destination)
        {
            var target = MemoryMarshal.Cast<byte, T>(destination);
            var length = values.Length / channels;
            for (var channel = 0; channel < channels; channel++)
            {
                for (var at = 0; at < length; at++)
                {
                    var value = Scaled(values[(at * channels) + channel]);
                    target[(channel * length) + at] = T.CreateSaturating(IsWhole ? MathF.Round(value) : value);
                }
            }
        }
    }

    private sealed class ToBFloat16(float scale, float offset) : ElementConverter(scale, offset)
    {
        private protected override void Write(ReadOnlySpan<float> values, int channels, Span<byte> destination)
        {
            var target = MemoryMarshal.Cast<byte, ushort>(destination);
            var length = values.Length / channels;
            for (var at = 0; at < values.Length; at++) target[((at % channels) * length) + (at / channels)] = Round(Scaled(values[at]));
        }

        // To the nearest, ties to even, as ONNX Runtime does; a NaN keeps a bit so that it stays one.
        private static ushort Round(float value)
        {
            var bits = BitConverter.SingleToUInt32Bits(value);
            return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    private sealed class ToBool(float scale, float offset) : ElementConverter(scale, offset)
    {
        private protected override void Write(ReadOnlySpan<float> values, int channels, Span<byte> destination)
        {
            var length = values.Length / channels;
            for (var at = 0; at < values.Length; at++) destination[((at % channels) * length) + (at / channels)] = Scaled(values[at]) != 0 ? (byte)1 : (byte)0;
        }
    }
}
